import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  readonly take: (picture: Blob) => void;
  readonly close: () => void;
}

/** Asks for the camera, shows what it sees, and stops it when left. */
export function Camera({ take, close }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    let stream: MediaStream | null = null;
    let left = false;
    const stop = (): void => stream?.getTracks().forEach((track) => track.stop());
    const start = async (): Promise<void> => {
      // Its types say it is always there; it is where the page came over https or from this machine.
      if (!('mediaDevices' in navigator))
        throw new Error('browsers give it to pages that come over https alone');
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: 'environment', width: { ideal: 1920 } },
      });
      if (left || !video.current) return stop();
      video.current.srcObject = stream;
      await video.current.play();
    };
    start().catch((error: Error) => setProblem(`The camera cannot be used: ${error.message}`));
    const hidden = (): void => void (document.hidden && close());
    document.addEventListener('visibilitychange', hidden);
    return () => {
      left = true;
      stop();
      document.removeEventListener('visibilitychange', hidden);
    };
  }, []);
  const shoot = async (): Promise<void> => {
    const { videoWidth, videoHeight } = video.current!;
    const canvas = new OffscreenCanvas(videoWidth, videoHeight);
    canvas.getContext('2d')!.drawImage(video.current!, 0, 0);
    take(await canvas.convertToBlob({ type: 'image/png' }));
  };
  return (
    <div class="camera">
      {problem ? (
        <p role="alert">{problem}</p>
      ) : (
        <video ref={video} muted playsInline aria-label="What the camera sees" />
      )}
      <div class="row">
        {!problem && (
          <button type="button" onClick={() => void shoot()}>
            Take picture
          </button>
        )}
        <button type="button" class="quiet" onClick={close}>
          Close camera
        </button>
      </div>
    </div>
  );
}
