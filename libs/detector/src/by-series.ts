/**
 * What the fits of a series keep for each other (`FitContext.series`): one store a series, made when it is first asked for and gone with the series.
 * @param make a new store.
 * @returns gives the store of a series; undefined for a fit that belongs to none.
 */
export function bySeries<Store>(make: () => Store): (series: object | undefined) => Store | undefined {
  const stores = new WeakMap<object, Store>();
  return (series) => {
    if (!series) return undefined;
    const store = stores.get(series) ?? make();
    stores.set(series, store);
    return store;
  };
}
