/** Small files of many kinds: the first bytes are what tells them apart. */
import sharp from 'sharp';

const text = (value: string): Buffer => Buffer.from(value, 'latin1');
const zeros = (count: number): Buffer => Buffer.alloc(count);

/** A picture of so many pixels in one colour. */
export const pictureOf = (format: 'png' | 'jpeg' | 'gif' | 'webp' | 'avif', width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: '#2a7' } })
    .toFormat(format)
    .toBuffer();

/** A photograph that was taken with the camera on its side. */
export const turned = (width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: '#72a' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();

/** By what they are. */
export const sounds: Readonly<Record<string, Buffer>> = {
  'audio/mpeg': Buffer.concat([text('ID3\x03\x00\x00\x00\x00\x00\x0A'), zeros(10), text('\xFF\xFB\x90\x64'), zeros(400)]),
  'audio/mp4': Buffer.concat([text('\x00\x00\x00\x1CftypM4A \x00\x00\x02\x00M4A mp42isom'), zeros(64)]),
  'audio/ogg': Buffer.concat([text(`OggS\x00\x02${'\0'.repeat(20)}\x01\x13OpusHead\x01\x01`), zeros(64)]),
  'audio/wav': Buffer.concat([text('RIFF\x64\x00\x00\x00WAVEfmt '), zeros(100)]),
};

export const videos: Readonly<Record<string, Buffer>> = {
  'video/mp4': Buffer.concat([text('\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42'), zeros(64)]),
  'video/webm': Buffer.concat([text('\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01\x42\x82\x84webm'), zeros(64)]),
};

export const documents: Readonly<Record<string, Buffer>> = {
  'application/pdf': text('%PDF-1.7\n1 0 obj <</Type/Catalog>>\n'),
  'text/plain': Buffer.from('你好\r\n单价 12.50\n'),
};

export const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>';
export const html = '<!doctype html><html><body><script>alert(1)</script></body></html>';
