/** An 8-bit picture, row by row, channels last: 1 channel grey, 3 channels RGB. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}
