/** Side of a surface picture in pixels. */
export const SURFACE_SIDE = 128;
