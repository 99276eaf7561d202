import { useEffect, useRef } from 'preact/hooks';

/** A small picture, shown pixel by pixel. */
export function Pixels({ image, label }: { readonly image: ImageData; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    canvas.current?.getContext('2d')?.putImageData(image, 0, 0);
  }, [image]);
  return (
    <canvas
      ref={canvas}
      width={image.width}
      height={image.height}
      role="img"
      aria-label={label}
      title={label}
    />
  );
}
