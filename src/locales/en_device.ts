/** The pages on which a device without a browser is connected. */
export const device = {
  title: 'Connect a device',
  subtitle: 'Enter the code shown on your TV, terminal or other device.',
  hint: 'Eight letters, like WDJB-MJHT. Capitals and the dash do not matter.',
  submit: 'Continue',
  warning:
    'Only go on if you started this yourself. If someone else gave you the code, stop: they are trying to use your account.',
  apps: 'Apps that can use your account',
  problems: {
    missing: 'Enter the code that your device shows',
    wrong: 'This code does not work. Check it, or start again on your device to get a new one.',
    stale: 'This page was open for long, or in two tabs. Check the code and continue once more.',
  },
  confirm: {
    title: 'Connect {app}?',
    subtitle: 'Check that your device shows exactly this code.',
    asked: 'Your device asked for it {ago}.',
    asked_from: 'A device near {place} asked for it {ago}.',
    allow: 'Connect',
    stop: 'Stop',
  },
  connected: {
    title: 'Your device is connected',
    text: 'You can close this page and go back to your device.',
  },
  stopped: {
    title: 'Nothing was connected',
    text: 'Your device learns that you stopped. If you did not start this yourself, there is nothing more to do.',
  },
};
