/**
 * Who keeps a passkey, by the AAGUID of the authenticator: for its person's eyes only, for nothing proves it. From
 * github.com/passkeydeveloper/passkey-authenticator-aaguids, read on 2026-11-21.
 */
const providers: Readonly<Record<string, string>> = {
  '08987058-cadc-4b81-b6e1-30de50dcbe96': 'Windows Hello',
  '0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6': 'Keeper',
  '39a5647e-1853-446c-a1f6-a79bae9f5bc7': 'IDmelon',
  '50726f74-6f6e-5061-7373-50726f746f6e': 'Proton Pass',
  '531126d6-e717-415c-9320-3d9aa6981239': 'Dashlane',
  '53414d53-554e-4700-0000-000000000000': 'Samsung Pass',
  '6028b017-b1d4-4c02-b4b3-afcdafc96bb2': 'Windows Hello',
  '771b48fd-d3d4-4f74-9232-fc157ab0507a': 'Edge on Mac',
  '9ddd1817-af5a-4672-a2b9-3e3dd95000a9': 'Windows Hello',
  'a11a5faa-9f32-4b8c-8c5d-2f7d13e8c942': 'AliasVault',
  'adce0002-35bc-c60a-648b-0b25f1f05503': 'Chrome on Mac',
  'b5397666-4885-aa6b-cebf-e52262a439a2': 'Chromium',
  'b78a0a55-6ef8-d246-a042-ba0f6d55050c': 'LastPass',
  'b84e4048-15dc-4dd0-8640-f4f60813c8af': 'NordPass',
  'bada5566-a7aa-401f-bd96-45619a55120d': '1Password',
  'd548826e-79b4-db40-a3d8-11116f7e8349': 'Bitwarden',
  'dd4ec289-e01d-41c9-bb89-70fa845d4bf2': 'iCloud Keychain',
  'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4': 'Google Password Manager',
  'ee882879-721c-4913-9775-3dfcce97072a': 'YubiKey 5',
  'f3809540-7f14-49c1-a8b3-8f813b225541': 'Enpass',
  'f8a011f3-8c0a-4d15-8006-17111f9edc7d': 'Security Key by Yubico',
  'fbfc3007-154e-4ecc-8c0b-6e020557d7bd': 'Apple Passwords',
};

/** What a stored passkey is called: as its person said, else after whoever keeps it; undefined where neither is known. */
export function nameOfKey({ name, aaguid }: { name: string | null; aaguid: string }): string | undefined {
  return name ?? providerOf(aaguid);
}

/** The provider of an authenticator; undefined for one that the list does not have, or that says nothing of itself. */
export function providerOf(aaguid: string): string | undefined {
  return Object.hasOwn(providers, aaguid) ? providers[aaguid] : undefined;
}
