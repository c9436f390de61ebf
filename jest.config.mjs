export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip_types.mjs' },
  globalSetup: '<rootDir>/test/support/global_setup.ts',
  globalTeardown: '<rootDir>/test/support/global_teardown.ts',
  testSequencer: '<rootDir>/test/support/sequencer.mjs',
  testTimeout: 30_000,
  maxWorkers: 3,
};
