/**
 * processes: several processes of this program on one machine.
 *
 * Owns how many there are, what starts them and starts one again that ended, how all of them stop or follow one another, and
 * what one asks of all. Listens to the signals to stop. Mounts no URL. Never knows what a process does, and never keeps
 * anything that two of them would share: that is the database's.
 */
export { hearOrders, type Orders } from './orders.ts';
export { isSibling, joinSiblings } from './siblings.ts';
export { supervise } from './supervise.ts';
export { processCount } from './process_count.ts';
