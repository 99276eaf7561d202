/**
 * An image's anomaly from the features [M, d] of its transformed copies and the centres [M, d]: minus the sum over t of log softmax over t' of
 * -||z_t - c_t'||^2 at t' = t (Bergman and Hoshen 2020, Eq. 5 and 8), in doubles.
 */
export function anomalyOf(features: Float32Array, centres: Float32Array, copies: number): number {
  const size = features.length / copies;
  let anomaly = 0;
  const distances = new Float64Array(copies);
  for (let t = 0; t < copies; t++) {
    for (let other = 0; other < copies; other++) {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += (features[t * size + i] - centres[other * size + i]) ** 2;
      distances[other] = sum;
    }
    const nearest = Math.min(...distances);
    const mass = distances.reduce((sum, distance) => sum + Math.exp(nearest - distance), 0);
    anomaly += distances[t] - nearest + Math.log(mass);
  }
  return anomaly;
}
