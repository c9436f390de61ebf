/** Somebody who has an account at a simulated provider. */
export interface Persona {
  id: string;
  /** The provider's own id of the person, as text. */
  subject: string;
  name: string;
  given_name: string;
  family_name: string;
  /** What to expect of this persona, for the picker. */
  hint: string;
  email?: string;
  /** Absent where the provider never says. */
  email_verified?: boolean;
  picture?: string;
  /** Google Workspace: the domain that manages the account. */
  hosted_domain?: string;
  /** Microsoft: the tenant of the account, and whether it says that the domain's owner was verified. */
  tenant?: string;
  domain_owner_verified?: boolean;
  /** LINE: came through the app on a phone. */
  native?: boolean;
  /** Apple: the address forwards to another. */
  relay?: boolean;
  /** Did not agree to give the address away. */
  keepsEmail?: boolean;
}
