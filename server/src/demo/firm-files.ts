import { mix, Random } from './firm-random.ts';
import type { Scene } from './firm-scene.ts';

export interface FirmFile {
  file_id: number;
  file_name: string;
  file_size: number;
  file_path: string;
  file_preview_url: string;
}

const HOST = 'https://files.example.com';
const FIRST_SHARED_ID = 28_000_000_000_000;
const SHARED_FILES = [
  '产品目录.pdf',
  'Catalogue.pdf',
  '公司简介.pptx',
  'Company profile.pptx',
  'CE 证书.pdf',
  'BSCI report.pdf',
  '验厂资料包.zip',
  'Price list.xlsx',
  '包装说明.docx',
  'Bank details.pdf',
];

const NAMES: ((scene: Scene, day: string, number: number) => string)[] = [
  ({ product }, day) => `报价单_${product.zh}_${day}.xlsx`,
  ({ product }, day) => `Quotation ${product.model} ${day}.xlsx`,
  (_, day, number) => `PI${day.slice(2)}-${number % 100}.pdf`,
  (_, day, number) => `IMG_${day}_${100000 + (number % 90000)}.jpg`,
  (_, day) => `会议纪要${day}.docx`,
  ({ product }, _, number) => `${product.model} 样品照片 (${(number % 9) + 1}).png`,
  (_, _day, number) => `名片${number % 1000}.jpg`,
  ({ product }) => `${product.model}-spec "final".pdf`,
  (_, day) => `QC report ${day} & photos.zip`,
  (_, _day, number) => `voice_${number % 100000}.m4a`,
];

/** One to three files of an entry: mostly its own, with ids just before the entry's, sometimes one that the firm shares. */
export function attach(entry: { trail_id: number; client_id: number }, scene: Scene, day: string): FirmFile[] {
  const { random } = scene;
  const count = random.chance(0.7) ? 1 : random.between(2, 3);
  const files: FirmFile[] = [];
  for (let n = 0; n < count; n += 1) {
    files.push(
      n === 0 && random.chance(0.15)
        ? sharedFile(entry.client_id, random.below(SHARED_FILES.length))
        : ownFile(entry.trail_id - 1 - n, entry.client_id, scene, day),
    );
  }
  return files;
}

function ownFile(id: number, clientId: number, scene: Scene, day: string): FirmFile {
  const { random } = scene;
  const name = random.pick(NAMES)(scene, day, random.next());
  return file(id, name, Math.floor(8_000 * 10 ** (random.unit() * 3)), `/${clientId}/${day}/`);
}

function sharedFile(clientId: number, at: number): FirmFile {
  const size = new Random(mix(at, 77)).between(200_000, 9_000_000);
  return file(FIRST_SHARED_ID + at * 1_000_003, SHARED_FILES[at] as string, size, `/${clientId}/shared/`);
}

function file(id: number, name: string, size: number, folder: string): FirmFile {
  const extension = name.slice(name.lastIndexOf('.'));
  const path = `${HOST}${folder}${id}${extension}`;
  const visible = extension === '.pdf' || extension === '.jpg' || extension === '.png';
  return { file_id: id, file_name: name, file_size: size, file_path: path, file_preview_url: visible ? `${path}?preview=1` : '' };
}
