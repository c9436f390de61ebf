// Loaded before the application: when the launcher is gone, killed with no chance to pass anything on, the application
// is asked to stop as by SIGTERM.
import cluster from 'cluster';
import { isMainThread } from 'worker_threads';

if (isMainThread && cluster.isPrimary) {
  const launcher = Number(process.env.GATEHOUSE_LAUNCHER);
  const timer = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  timer.unref();
}
