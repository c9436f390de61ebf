import { upstreamFields } from './settings_fields.ts';
import { wrongTogether } from './wrong_together.ts';

/** One entry of `upstreams:` in the config file. Unknown keys are refused; empty credentials count as absent. */
export const upstreamSettings = upstreamFields.superRefine((settings, context) => {
  for (const { path, message } of wrongTogether(settings)) context.addIssue({ code: 'custom', path, message });
});

export type { Linking, UpstreamSettings } from './settings_fields.ts';
