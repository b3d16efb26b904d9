import type { CountrySource } from './firm-countries.ts';

export const REST_OF_THE_WORLD: readonly CountrySource[] = [
  {
    code: 'tr',
    zh: '土耳其',
    area: '90',
    tel: '212 555 ## ##',
    weight: 3,
    cities: '伊斯坦布尔:İstanbul|伊兹密尔:İzmir|布尔萨:Bursa|安卡拉:Ankara|加济安泰普:Gaziantep|科尼亚:Konya',
    ports: '安巴利:Ambarlı|梅尔辛:Mersin|伊兹密尔:İzmir',
    stems:
      'Gökpınar|Demirçınar|Altın Örs|Kuzeyışık|Sarıkaya Yolu|Bozdoğan|Yeşilhisar|Karaçam|Denizfeneri|Taşköprü Yeni|' +
      'Akçasu|Çelikdal',
    trades: 'Hırdavat|El Aletleri|Makina|Dış Ticaret|İthalat|Bahçe|Yapı Malzemeleri',
    core: 'S T',
    placed: '* @',
    forms: '* A.Ş.|* Ltd. Şti.|* San. ve Tic. Ltd. Şti.',
    given: 'Emre|Zeynep|Burak|Elif|Serkan|Merve|Kerem|Selin|Onur|Derya',
    family: 'Yıldızhan|Karaduman|Özbekli|Şahinkaya|Demirel|Aksoylu|Tunçay|Erdoğmuş|Çetinel|Bulutay',
  },
  {
    code: 'ru',
    zh: '俄罗斯',
    area: '7',
    tel: '495 000 ## ##',
    weight: 4,
    cities:
      '莫斯科:Moscow:Москва|圣彼得堡:St Petersburg:Санкт-Петербург|叶卡捷琳堡:Yekaterinburg:Екатеринбург|' +
      '新西伯利亚:Novosibirsk:Новосибирск|喀山:Kazan:Казань|海参崴:Vladivostok:Владивосток',
    ports: '圣彼得堡:St Petersburg|海参崴:Vladivostok|东方港:Vostochny',
    stems:
      'Северный Кряж:kryazh|Таёжник:tayozhnik|Белый Кречет:krechet|Стальгора:stalgora|Кедровая Падь:kedrpad|' +
      'Рубин-Плюс:rubinplus|Волгарь:volgar|Медный Ключ:medkluch|Зимний Берег:zimbereg|Ясногор:yasnogor|' +
      'Лесовик:lesovik|Гранитон:graniton',
    trades: 'Инструмент:instrument|Крепёж:krepezh|Техника:tekhnika|Снаб:snab|Импорт:import|Строй:stroy|Трейд:treid',
    core: 'S T',
    placed: '* @',
    forms: 'ООО «*»|АО «*»|ТД «*»',
    given:
      'Алексей:alexey|Ольга:olga|Дмитрий:dmitry|Ирина:irina|Сергей:sergey|Наталья:natalia|Павел:pavel|Юлия:yulia|' +
      'Роман:roman|Вера:vera',
    family:
      'Ковалюк:kovalyuk|Лесных:lesnykh|Громыхай:gromykhay|Седых:sedykh|Рябенко:ryabenko|Чернец:chernets|Белозуб:belozub|' +
      'Дунай:dunay|Короткевич:korotkevich|Живаго:zhivago',
  },
  {
    code: 'ae',
    zh: '阿联酋',
    area: '971',
    tel: '4 555 ####',
    weight: 4,
    cities: '迪拜:Dubai|沙迦:Sharjah|阿布扎比:Abu Dhabi|阿治曼:Ajman',
    ports: '杰贝阿里:Jebel Ali|哈利法港:Khalifa Port',
    stems:
      'Al Mazraq|Desert Lantern|Al Suhail Star|Pearl Dune|Al Waha Green|Falcon Crest|Bait Al Hadeed|Al Rimal|Blue Khor|' +
      'Al Nakhla|Golden Mirage|Oryx Gate',
    trades: 'Tools Trading|Building Materials|Hardware|General Trading|Machinery|Equipment Trading|Garden Supplies',
    core: 'S T',
    placed: '* @',
    forms: '* LLC|* FZE|* FZCO|* Est.',
    given: 'Omar|Fatima|Khalid|Mariam|Rashid|Noura|Imran|Layla|Hamdan|Sana',
    family: 'Al Zarouni|Al Mheiri|Qureishi|Haddadin|Al Ketbawi|Sharafi|Nasserian|Al Falahi|Barakat|Kanaan',
  },
  {
    code: 'sa',
    zh: '沙特阿拉伯',
    area: '966',
    tel: '11 555 ####',
    weight: 3,
    cities: '利雅得:Riyadh|吉达:Jeddah|达曼:Dammam|麦地那:Medina',
    ports: '吉达:Jeddah|达曼:Dammam',
    stems:
      'Al Jabal Al Abyad|Najd Anvil|Al Saqr|Red Dune|Bin Waleed|Al Qimma|Hijaz Gate|Al Madar|Noor Al Sahra|Al Bunyan|' +
      'Tamrah|Al Sanad',
    trades: 'Trading|Hardware|Tools|Industrial Supplies|Construction Materials|Machinery',
    core: 'S T',
    placed: '* @',
    forms: '* Est.|* Co. Ltd.|* LLC',
    given: 'Abdullah|Huda|Faisal|Reem|Saud|Amal|Turki|Dalal|Majed|Lama',
    family: 'Al Harthiy|Al Otabi|Bahamdan|Al Shammary|Al Ghanem|Basalem|Al Dossary|Al Rashoud',
  },
  {
    code: 'eg',
    zh: '埃及',
    area: '20',
    tel: '2 0555 ####',
    weight: 2,
    cities: '开罗:Cairo|亚历山大:Alexandria|吉萨:Giza|塞得港:Port Said',
    ports: '亚历山大:Alexandria|塞得港:Port Said|达米埃塔:Damietta',
    stems: 'El Nil El Azraq|Delta Forge|El Ahram Road|Lotus Gate|El Wadi|Horus Line|El Fayrouz|El Mesalla|Papyrus|El Manara',
    trades: 'Tools|Import & Export|Hardware|Engineering Supplies|Trading|Machinery',
    core: 'S T',
    placed: '* @',
    forms: '* Co.|* S.A.E.|* LLC',
    given: 'Ahmed|Mona|Tarek|Yasmin|Hossam|Dina|Sherif|Rania|Karim|Heba',
    family: 'El Gohary|Mansour|Fahmy|El Sherbiny|Shaaban|Zaki|El Masry|Kamel',
  },
  {
    code: 'za',
    zh: '南非',
    area: '27',
    tel: '11 555 ####',
    weight: 3,
    english: true,
    cities: '约翰内斯堡:Johannesburg|德班:Durban|开普敦:Cape Town|比勒陀利亚:Pretoria',
    ports: '德班:Durban|开普敦:Cape Town',
    stems:
      'Kudu Ridge|Protea Vale|Karoo Star|Springhare|Baobab Crossing|Veldfire|Mopane|Sandgrouse|Tafelhoek|' +
      'Blue Crane Road|Ironberg|Aloe Pass',
    trades: 'Tools|Hardware|Mining Supplies|Agri & Garden|Wholesalers|Industrial',
    core: 'S T',
    placed: '* @',
    forms: '* (Pty) Ltd|* CC',
    given: 'Thabo|Anneke|Sipho|Lerato|Pieter|Naledi|Riaan|Zanele|Johan|Palesa',
    family: 'Mokwena|van Rensberg|Dlaminu|Botma|Nkosana|Pretorius|Khumaleni|Steenkamp',
  },
  {
    code: 'ng',
    zh: '尼日利亚',
    area: '234',
    tel: '1 555 ####',
    weight: 3,
    english: true,
    cities: '拉各斯:Lagos|卡诺:Kano|阿布贾:Abuja|哈科特港:Port Harcourt',
    ports: '阿帕帕:Apapa|廷坎岛:Tincan Island',
    stems:
      'Iroko Heights|Goldcoast Palm|Benue Star|Zuma View|Oluwatobi & Sons|Eagle Kola|Savannah Drum|Adunni|' +
      'Emeka Brothers|Bright Harmattan',
    trades: 'Tools|Global Ventures|Hardware|Machinery|Industrial Merchants|Investment',
    core: 'S T',
    placed: '* @',
    forms: '* Nigeria Ltd|* Ltd|* Enterprises',
    given: 'Chinedu|Ngozi|Tunde|Folake|Ibrahim|Aisha|Emeka|Yetunde|Musa|Blessing',
    family: 'Okonjwe|Adebisi|Balogunde|Nwachuku|Danladi|Eze-Obi|Ogunleke|Suleja',
  },
  {
    code: 'in',
    zh: '印度',
    area: '91',
    tel: '22 5550 ####',
    weight: 4,
    english: true,
    cities: '孟买:Mumbai|金奈:Chennai|浦那:Pune|艾哈迈达巴德:Ahmedabad|卢迪亚纳:Ludhiana|班加罗尔:Bengaluru',
    ports: '那瓦舍瓦:Nhava Sheva|金奈:Chennai|蒙德拉:Mundra',
    stems:
      'Suryakiran|Neelgiri Steel|Chandanwadi|Vajraloha|Mayurpath|Gangotri Lane|Shubhratna|Kaveri Bridge|Peepal Tree|' +
      'Lohar & Sons|' +
      'Amritdhara|Himshikhar|Rangoli Star|Trishakti Road',
    trades: 'Tools|Hardware|Impex|Industries|Machinery Mart|Agro Equipments|Engineers|Exim',
    core: 'S T',
    placed: '* (@)',
    forms: '* Pvt. Ltd.|* & Co.|* LLP',
    given: 'Arjun|Priyanka|Rohan|Kavita|Vikram|Sneha|Manish|Deepa|Suresh|Anjali|Harpreet|Nandini',
    family: 'Deshmane|Iyerkar|Khandelval|Raghunathan|Bhattarai|Sodhiwal|Mehrania|Patwardhan|Chaturvedan|Joglekar',
  },
  {
    code: 'th',
    zh: '泰国',
    area: '66',
    tel: '2 055 5###',
    weight: 2,
    cities: '曼谷:Bangkok|清迈:Chiang Mai|春武里:Chonburi|合艾:Hat Yai',
    ports: '林查班:Laem Chabang|曼谷:Bangkok',
    stems: 'Saengdao|Chang Thong|Rungrueang Sap|Nam Sai|Phu Luang|Dok Khun|Mek Khao|Lek Kla|Thung Thong|Sai Fon',
    trades: 'Tools|Hardware|Trading|Machinery|Supply|Import Export',
    core: 'S T',
    placed: '* @',
    forms: '* Co., Ltd.|* (Thailand) Co., Ltd.|* Ltd., Part.',
    given: 'Somchai|Kanya|Prasert|Nattaya|Wichai|Siriporn|Anan|Ploy|Thana|Malee',
    family: 'Rattanakul|Sukprasong|Wongthong|Chaiyaphon|Kittirat|Boonmak|Srisawang|Phromdee',
  },
  {
    code: 'vn',
    zh: '越南',
    area: '84',
    tel: '28 5550 ####',
    weight: 3,
    cities:
      '胡志明市:Ho Chi Minh City:TP.HCM|河内:Hanoi:Hà Nội|海防:Hai Phong:Hải Phòng|岘港:Da Nang:Đà Nẵng|平阳:Binh Duong:Bình Dương',
    ports: '海防:Hai Phong|盖梅:Cai Mep|吉莱:Cat Lai',
    stems:
      'Sao Biển|Trúc Lâm|Hải Âu Vàng|Sông Đào|Bình Minh Mới|Thép Việt An|Lúa Xanh|Đại Bàng|Sen Trắng|Rồng Nam|' +
      'Phú Khang|Tân Long Hưng',
    trades: 'Dụng Cụ|Cơ Khí|Thương Mại|Thiết Bị|Xuất Nhập Khẩu|Kim Khí',
    core: 'T S',
    placed: '* @',
    forms: 'Công ty TNHH *|Công ty CP *',
    given: 'Minh|Lan|Hùng|Thảo|Quang|Ngọc|Tuấn|Hương|Khoa|Linh',
    family: 'Nguyễn|Trần|Phạm|Võ|Đặng|Bùi|Hồ|Lý',
    familyFirst: true,
  },
  {
    code: 'id',
    zh: '印度尼西亚',
    area: '62',
    tel: '21 5550 ####',
    weight: 3,
    cities: '雅加达:Jakarta|泗水:Surabaya|万隆:Bandung|棉兰:Medan|三宝垄:Semarang',
    ports: '丹戎不碌:Tanjung Priok|泗水:Surabaya|勿拉湾:Belawan',
    stems:
      'Gunung Perak|Surya Kencana Baru|Rajawali Biru|Samudra Jaya Lestari|Bintang Pandu|Cahaya Jati|Merapi Indah|Melati Baja|' +
      'Anugerah Palu|Kijang Mas|Tirta Besi|Nusa Kayu',
    trades: 'Perkakas|Teknik|Makmur|Abadi|Mandiri|Sejahtera',
    core: 'S T',
    placed: '* @',
    forms: 'PT *|CV *',
    given: 'Budi|Dewi|Agus|Ratna|Hendra|Putri|Yusuf|Intan|Rizky|Wulan',
    family: 'Santosa|Wijayanto|Kusumah|Hartonoto|Prasetya|Gunawanto|Siregarin|Lestariadi',
  },
  {
    code: 'my',
    zh: '马来西亚',
    area: '60',
    tel: '3 5550 ####',
    weight: 2,
    cities: '吉隆坡:Kuala Lumpur|槟城:Penang|新山:Johor Bahru|怡保:Ipoh',
    ports: '巴生港:Port Klang|槟城:Penang|丹戎帕拉帕斯:Tanjung Pelepas',
    stems:
      'Seri Kelapa|Bukit Merah Baru|Hock Wah Leong|Titiwana|Bunga Besi|Sin Teck Huat|Rimba Emas|Perwira Utara|' +
      'Kim Seng Loong|Tasik Biru',
    trades: 'Tools|Hardware|Trading|Machinery|Industries|Engineering',
    core: 'S T',
    placed: '* (@)',
    forms: '* Sdn. Bhd.|* (M) Sdn. Bhd.|* Enterprise',
    given: 'Azlan|Mei Ling|Faizal|Siew Hoon|Hafiz|Nurul|Wei Jian|Priya|Zulkifli|Kok Leong',
    family: 'bin Rahim|Lim|Ooi|binti Salleh|Cheah|Subramani|Yeap|bin Osman',
  },
  {
    code: 'jp',
    zh: '日本',
    area: '81',
    tel: '3 0000 ####',
    weight: 3,
    cities: '大阪:Osaka:大阪|名古屋:Nagoya:名古屋|东京:Tokyo:東京|横滨:Yokohama:横浜|福冈:Fukuoka:福岡|仙台:Sendai:仙台',
    ports: '大阪:Osaka|横滨:Yokohama|名古屋:Nagoya|神户:Kobe',
    stems:
      '朝凪:asanagi|青嶺:seirei|鶴見野:tsurumino|陽だまり:hidamari|北嵐:hokuran|松影:matsukage|銀杏坂:ichozaka|海鳴:uminari|' +
      '暁星野:akeboshino|雪割:yukiwari|山吹:yamabukiya|澄川:sumikawaya',
    trades: '工具:kogu|金物:kanamono|機械:kikai|商会:shokai|産業:sangyo|園芸資材:engei|物産:bussan',
    core: 'ST',
    placed: '*@',
    forms: '*株式会社|株式会社*|*合同会社',
    given: '健太:kenta|美咲:misaki|大輔:daisuke|由美子:yumiko|翔:sho|恵子:keiko|浩一:koichi|彩:aya|拓也:takuya|直子:naoko',
    family:
      '相馬:soma|風間:kazama|結城:yuki|早乙女:saotome|日向:hinata|水無瀬:minase|神谷:kamiya|緒方:ogata|椎名:shiina|桐生:kiryu',
    familyFirst: true,
  },
  {
    code: 'kr',
    zh: '韩国',
    area: '82',
    tel: '2 0000 ####',
    weight: 3,
    cities: '首尔:Seoul:서울|釜山:Busan:부산|仁川:Incheon:인천|大邱:Daegu:대구|光州:Gwangju:광주',
    ports: '釜山:Busan|仁川:Incheon',
    stems:
      '가온누리:gaonnuri|푸른솔터:pureunsol|달빛고개:dalbitgogae|은하수길:eunhasu|새벽별:saebyeok|단풍재:danpungjae|바위섬:bawiseom|' +
      '해오름들:haeoreum|늘찬:neulchan|미리내골:mirinaegol',
    trades: '공구:gonggu|철물:cheolmul|기계:gigye|무역:muyeok|산업:saneop|상사:sangsa',
    core: 'ST',
    placed: '*@',
    forms: '주식회사 *|(주)*|*㈜',
    given:
      '민준:minjun|서연:seoyeon|도윤:doyun|지우:jiwoo|현우:hyunwoo|수빈:subin|준호:junho|은지:eunji|태현:taehyun|하늘:haneul',
    family: '김:kim|이:lee|박:park|최:choi|정:jung|강:kang|윤:yoon|한:han',
    familyFirst: true,
  },
  {
    code: 'au',
    zh: '澳大利亚',
    area: '61',
    tel: '2 5550 ####',
    weight: 4,
    english: true,
    cities: '墨尔本:Melbourne|悉尼:Sydney|布里斯班:Brisbane|珀斯:Perth|阿德莱德:Adelaide',
    ports: '墨尔本:Melbourne|悉尼:Sydney|弗里曼特尔:Fremantle|布里斯班:Brisbane',
    stems:
      'Wattlebird|Ironbark Gully|Red Kelpie|Billabong Road|Southern Quoll|Saltbush|Coolabah Creek|Magpie Lane|Gumnut|' +
      'Dusty Wagon|' +
      'Banksia Point|Outrigger Bay',
    trades: 'Tools|Hardware|Trade Supplies|Outdoor Power|Farm & Garden|Industrial|Fasteners',
    core: 'S T',
    placed: '* @',
    forms: '* Pty Ltd|* Australia Pty Ltd',
    given: 'Lachlan|Matilda|Cooper|Isla|Angus|Georgia|Hamish|Tahlia|Jarrod|Bronte',
    family: 'McAllard|Winterbourne|Hargreave|Oakeley|Tregenza|Pascoe-Hill|Dunstanley|Gillroy',
  },
  {
    code: 'cn',
    zh: '中国',
    area: '86',
    tel: '100 0000 ####',
    weight: 4,
    cities:
      '苏州:Suzhou:苏州|宁波:Ningbo:宁波|广州:Guangzhou:广州|香港:Hong Kong:香港|青岛:Qingdao:青岛|杭州:Hangzhou:杭州|厦门:Xiamen:厦门|义乌:Yiwu:义乌',
    ports: '宁波:Ningbo|上海:Shanghai|盐田:Yantian|青岛:Qingdao',
    stems:
      '云舸:yunge|栖桐:qitong|澜岳:lanyue|砺川:lichuan|锦穗:jinsui|望潮:wangchao|拓禾:tuohe|青檐:qingyan|朗渡:langdu|承屿:chengyu|' +
      '远砚:yuanyan|鹭鸣:luming',
    trades: '五金:wujin|工具:gongju|进出口:jck|机电:jidian|贸易:maoyi|国际贸易:gjmy|供应链:gyl',
    core: 'ST',
    placed: '@*',
    forms: '@*有限公司|@*股份有限公司',
    given: '先生:mr|女士:ms|建国:jianguo|丽华:lihua|志强:zhiqiang|晓燕:xiaoyan|文博:wenbo|佳怡:jiayi|海涛:haitao|雅琴:yaqin',
    family: '赵:zhao|钱:qian|冯:feng|蒋:jiang|沈:shen|秦:qin|尤:you|施:shi|吕:lv|金:jin',
    familyFirst: true,
  },
];
