/** A span of time in the unit that suits it: `340 ms`, `4.2 s`, `75 s` as `1 min 15 s`, `12 min`, `3.4 h`, `2.5 days`. */
export function duration(seconds: number): string {
  if (!(seconds > 0)) return '0 s';
  if (seconds < 0.9995) return `${Math.round(1000 * seconds)} ms`;
  if (seconds < 59.5) return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = seconds / 3600;
  return hours < 48 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} days`;
}

/** A time that is estimated to remain: as `duration`, but `1 s` for anything less, which no estimate is that sure of. */
export function timeLeft(seconds: number): string {
  return seconds < 0.9995 ? '1 s' : duration(seconds);
}
