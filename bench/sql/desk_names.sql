-- Names, owners and contacts as customers of a trading house have them; a search of one word finds some thousands at most.
with words as (
  select array['Ningbo', 'Suzhou', 'Hangzhou', 'Shenzhen', 'Qingdao', 'Foshan', 'Wuxi', 'Xiamen', 'Dalian', 'Tianjin'] as town,
         array['宁波', '苏州', '杭州', '深圳', '青岛', '佛山', '无锡', '厦门', '大连', '天津'] as town_local,
         array['nb', 'sz', 'hz', 'sz', 'qd', 'fs', 'wx', 'xm', 'dl', 'tj'] as town_initials,
         array['Haichen', 'Qiming', 'Hongda', 'Jinfeng', 'Tianyu', 'Ruixin', 'Yongsheng', 'Baolong', 'Kaitai', 'Zhongke'] as word,
         array['海辰', '启明', '宏达', '金峰', '天宇', '瑞新', '永盛', '宝隆', '凯泰', '中科'] as word_local,
         array['hc', 'qm', 'hd', 'jf', 'ty', 'rx', 'ys', 'bl', 'kt', 'zk'] as word_initials,
         array['Mould', 'Textiles', 'Machinery', 'Plastics', 'Electronics', 'Fasteners', 'Packaging', 'Optics', 'Bearings', 'Chemicals'] as trade,
         array['模具', '纺织', '机械', '塑料', '电子', '紧固件', '包装', '光学', '轴承', '化工'] as trade_local,
         array['mj', 'fz', 'jx', 'sl', 'dz', 'jgj', 'bz', 'gx', 'zc', 'hg'] as trade_initials
), named as (
  select id, substr(code, 2)::int as n, 1 + (substr(code, 2)::int * 7) %% 10 as a, 1 + (substr(code, 2)::int / 10 * 3) %% 10 as b,
         1 + (substr(code, 2)::int / 100) %% 10 as c
    from customers_customer where company_id = %(company)s
)
update customers_customer k
   set name = format('%%s %%s %%s No. %%s Co., Ltd.', town[a], word[b], trade[c], n),
       name_local = format('%%s%%s%%s%%s号有限公司', town_local[a], word_local[b], trade_local[c], n),
       initials = town_initials[a] || word_initials[b] || trade_initials[c] || n || 'hyxgs',
       phone = '0574-' || lpad(n::text, 8, '0'), segment = (array['Key', 'Dealer', 'Retail', ''])[1 + n %% 4],
       owner_id = (%(owners)s::bigint[])[1 + n %% cardinality(%(owners)s::bigint[])]
  from named, words where named.id = k.id;
insert into customers_contact (company_id, customer_id, name, email, phone, roles, language, receives)
select company_id, id, 'Accounts ' || code, 'ap' || id || '@customer.example', '1380' || lpad(id::text, 7, '0'), array['billing'],
       'en', array['invoice', 'statement'] from customers_customer where company_id = %(company)s
