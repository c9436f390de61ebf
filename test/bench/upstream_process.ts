// An upstream on loopback, in a process of its own: what it costs is not what is measured. Ends when its parent lets go of it.
import { startFakeUpstream } from '../upstreams/support/fake_upstream.ts';

const [issuer = ''] = process.argv.slice(2);
const upstream = await startFakeUpstream({ issuer });
process.send?.({ issuer: upstream.issuer, client: upstream.clients.partner });
process.once('disconnect', () => process.exit());
