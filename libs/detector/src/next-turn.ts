/** Lets whatever else waits have its turn, signals above all: in Node by `setImmediate`, in a browser by a message to oneself. */
export function nextTurn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (then: () => void) => unknown };
  return new Promise((resolve) => void (setImmediate ?? afterMessages)(resolve));
}

function afterMessages(then: () => void): void {
  const { port1, port2 } = new MessageChannel();
  const done = (): void => {
    port1.close();
    then();
  };
  // `onmessage`, which also opens the port, is not among Node's types.
  (port1 as unknown as { onmessage: () => void }).onmessage = done;
  port2.postMessage(null);
}
