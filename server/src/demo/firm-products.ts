export interface Product {
  zh: string;
  en: string;
  model: string;
  unit: string;
  units: string;
  /** US dollars a unit. */
  low: number;
  high: number;
  /** The smallest order, and the step in which quantities go up. */
  lot: number;
}

type Row = [zh: string, en: string, model: string, unit: string, units: string, low: number, high: number, lot: number];

const ROWS: Row[] = [
  ['20V 锂电钻', '20V cordless drill', 'CD-20', '台', 'pcs', 18, 42, 200],
  ['角磨机', 'angle grinder', 'AG-115', '台', 'pcs', 11, 26, 300],
  ['108 件套筒组套', '108-piece socket set', 'SS-108', '套', 'sets', 14, 31, 200],
  ['LED 工作灯', 'LED work light', 'WL-50', '个', 'pcs', 6, 19, 500],
  ['园林剪', 'pruning shears', 'PS-8', '把', 'pcs', 1.8, 5.5, 2000],
  ['高压清洗机', 'pressure washer', 'PW-150', '台', 'units', 42, 96, 100],
  ['七抽工具柜', '7-drawer tool cabinet', 'TC-7', '台', 'units', 88, 165, 50],
  ['铝合金手推车', 'aluminium hand truck', 'HT-90', '台', 'pcs', 21, 44, 100],
  ['激光水平仪', 'laser level', 'LL-3D', '台', 'pcs', 17, 58, 200],
  ['汽油链锯', 'petrol chainsaw', 'CS-58', '台', 'units', 46, 92, 100],
  ['静音空压机', 'silent air compressor', 'AC-24', '台', 'units', 72, 138, 60],
  ['逆变焊机', 'inverter welder', 'IW-200', '台', 'units', 48, 110, 80],
  ['5 米卷尺', '5 m tape measure', 'TM-5', '个', 'pcs', 0.6, 2.1, 5000],
  ['防割手套', 'cut-resistant gloves', 'GL-C5', '双', 'pairs', 0.9, 2.8, 6000],
  ['卧式千斤顶', 'hydraulic floor jack', 'FJ-3T', '台', 'pcs', 24, 49, 120],
  ['曲线锯', 'jigsaw', 'JS-650', '台', 'pcs', 13, 29, 200],
  ['砂光机', 'orbital sander', 'OS-125', '台', 'pcs', 10, 24, 300],
  ['金属切割片', 'metal cutting discs', 'CW-125', '片', 'pcs', 0.18, 0.55, 20000],
  ['麻花钻头套装', 'twist drill bit set', 'DB-25', '套', 'sets', 4.2, 13, 1000],
  ['锂电割草机', 'cordless lawn mower', 'LM-40', '台', 'units', 95, 188, 50],
  ['HVLP 喷枪', 'HVLP spray gun', 'SG-14', '把', 'pcs', 9, 27, 400],
  ['多功能折叠梯', 'multi-purpose ladder', 'ML-44', '架', 'pcs', 33, 61, 100],
  ['潜水泵', 'submersible pump', 'SP-750', '台', 'pcs', 22, 57, 150],
  ['变频发电机', 'inverter generator', 'IG-2200', '台', 'units', 148, 275, 40],
  ['棘轮扳手', 'ratchet wrench', 'RW-72', '把', 'pcs', 2.4, 6.9, 2000],
  ['管钳', 'pipe wrench', 'PW-14', '把', 'pcs', 3.1, 8.4, 1200],
  ['滚轮工具箱', 'rolling tool box', 'TB-3', '个', 'pcs', 16, 38, 150],
  ['热风枪', 'heat gun', 'HG-2000', '把', 'pcs', 8, 17, 400],
];

export const PRODUCTS: readonly Product[] = ROWS.map(([zh, en, model, unit, units, low, high, lot]) => ({
  zh,
  en,
  model,
  unit,
  units,
  low,
  high,
  lot,
}));
