// Loaded before the application: tells the launcher, which counts the seconds until then, when the application first speaks.
import cluster from 'cluster';
import { isMainThread } from 'worker_threads';

if (isMainThread && cluster.isPrimary && process.connected) {
  const streams = [process.stdout, process.stderr];
  const tell = () => {
    for (const stream of streams) delete stream.write;
    if (process.connected) process.send('speaks', leave);
  };
  for (const stream of streams) {
    stream.write = function write() {
      tell();
      return stream.write.apply(stream, arguments);
    };
  }
}

/** Nothing else is ever said on that channel. */
function leave() {
  if (process.connected) process.disconnect();
}
