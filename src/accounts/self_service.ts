import {
  cancelAddressChange,
  confirmAddressChange,
  lookAtAddressChange,
  startAddressChange,
} from './change_address.ts';
import { lookAtDeletion, scheduleDeletion, undoDeletion } from './deletion.ts';
import { editProfile } from './edit_profile.ts';
import { knownSince } from './known_browsers.ts';
import type { SelfService, SelfServiceDeps } from './self_service_door.ts';
import { lookAtUndo, undoAddressChange } from './undo_address_change.ts';

/** Opens what people do to their own account. */
export function openSelfService(deps: SelfServiceDeps): SelfService {
  return {
    editProfile: (owner, edit) => editProfile(deps, owner, edit),
    knownSince: (accountId) => knownSince(deps, accountId),
    addressChange: {
      start: (owner, address, asking) => startAddressChange(deps, owner, address, asking),
      async pending(accountId) {
        return (await deps.links.pending('change-address', { accountId }))[0]?.payload.address;
      },
      cancel: (accountId) => cancelAddressChange(deps, accountId),
      look: (token) => lookAtAddressChange(deps, token),
      confirm: (token, asking) => confirmAddressChange(deps, token, asking),
      lookAtUndo: (token) => lookAtUndo(deps, token),
      undo: (token, asking) => undoAddressChange(deps, token, asking),
    },
    deletion: {
      schedule: (owner, asking) => scheduleDeletion(deps, owner, asking),
      look: (token) => lookAtDeletion(deps, token),
      undo: (token) => undoDeletion(deps, token),
    },
  };
}
