import { SERVICE } from './bench_world.ts';
import type { TargetData } from './generator.ts';
import { ownEndpoints, type OperationName } from './hot/operations.ts';
import { startYardstick, yardstickCookie } from './hot/yardstick.ts';
import { measureOperation, type Measuring } from './operation.ts';
import type { OperationResult } from './results.ts';
import { APP } from './stage.ts';

/** Measures one operation of a provider in turns with the library over a Map, which is started for it and meets it new. */
export async function besideYardstick(
  name: OperationName,
  target: TargetData,
  measuring: Omit<Measuring, 'yardstick'>,
): Promise<OperationResult> {
  const { generator } = measuring;
  const { callback } = target;
  const yardstick = await startYardstick(callback, { app: APP, service: SERVICE });
  try {
    await generator.aim('ours', target);
    await generator.aim('yardstick', {
      endpoints: ownEndpoints(yardstick.issuer),
      callback,
      app: APP,
      service: SERVICE,
      cookie: await yardstickCookie(yardstick, callback, APP),
      ...((name === 'discovery' || name === 'jwks') && { bare: `${yardstick.issuer}/bare` }),
    });
    return await measureOperation(name, { ...measuring, yardstick });
  } finally {
    yardstick.stop();
  }
}
