export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip_types.mjs' },
  globalSetup: '<rootDir>/test/support/global_setup.ts',
  globalTeardown: '<rootDir>/test/support/global_teardown.ts',
  testSequencer: '<rootDir>/test/support/sequencer.mjs',
  // A machine of two cores may be busy with something else; no test waits for so long by itself.
  testTimeout: 60_000,
  maxWorkers: 3,
};
