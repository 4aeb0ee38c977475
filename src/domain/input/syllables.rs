//! The syllables of pinyin, numbered in alphabetical order, so that a spelt beginning is a range of numbers.

use std::ops::Range;

/// Number of a syllable in the table.
pub(super) type Syllable = u16;

/// Longest spelt syllable (`zhuang`), in letters.
pub(super) const SPELLING_MAX: usize = 6;

/// Every syllable of standard Mandarin that the dictionary spells, sorted; ü is `v` (`lv`, `nv`) or `u` (`lue`, `nue`).
const TABLE: &str = "\
a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can cang cao \
ce cen ceng cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui \
chun chuo ci cong cou cu cuan cui cun cuo da dai dan dang dao de dei den deng di dia dian diao die \
ding diu dong dou du duan dui dun duo e ei en eng er fa fan fang fei fen feng fiao fo fou fu ga gai \
gan gang gao ge gei gen geng gong gou gu gua guai guan guang gui gun guo ha hai han hang hao he hei \
hen heng hm hong hou hu hua huai huan huang hui hun huo ji jia jian jiang jiao jie jin jing jiong \
jiu ju juan jue jun ka kai kan kang kao ke kei ken keng kong kou ku kua kuai kuan kuang kui kun kuo \
la lai lan lang lao le lei leng li lia lian liang liao lie lin ling liu lo long lou lu luan lue lun \
luo lv m ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu n na nai nan \
nang nao ne nei nen neng ng ni nian niang niao nie nin ning niu nong nou nu nuan nue nuo nv o ou pa \
pai pan pang pao pei pen peng pi pian piao pie pin ping po pou pu qi qia qian qiang qiao qie qin \
qing qiong qiu qu quan que qun ran rang rao re ren reng ri rong rou ru ruan rui run ruo sa sai san \
sang sao se sen seng sha shai shan shang shao she shei shen sheng shi shou shu shua shuai shuan \
shuang shui shun shuo si song sou su suan sui sun suo ta tai tan tang tao te tei teng ti tian tiao \
tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wu xi xia xian xiang xiao xie \
xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu yuan yue yun za zai \
zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhei zhen zheng zhi zhong zhou zhu zhua \
zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo";

/// The table, split once.
#[derive(Debug)]
pub(super) struct Syllables {
    sorted: Vec<&'static str>,
}

impl Syllables {
    pub(super) fn new() -> Self {
        Self {
            sorted: TABLE.split_ascii_whitespace().collect(),
        }
    }

    /// The syllable spelt exactly so. `lve` and `nve` are taken for `lue` and `nue`.
    pub(super) fn exact(&self, spelling: &str) -> Option<Syllable> {
        let spelling = match spelling {
            "lve" => "lue",
            "nve" => "nue",
            other => other,
        };
        let found = self.sorted.binary_search(&spelling).ok()?;
        Syllable::try_from(found).ok()
    }

    /// The syllables that begin so; empty if none does.
    pub(super) fn beginning(&self, letters: &str) -> Range<Syllable> {
        let start = self.sorted.partition_point(|s| *s < letters);
        let len = self.sorted[start..].partition_point(|s| s.starts_with(letters));
        let bound = |n: usize| Syllable::try_from(n).unwrap_or(Syllable::MAX);
        bound(start)..bound(start + len)
    }
}

/// Whether these letters are an initial (声母), by which a whole syllable may be abbreviated.
pub(super) fn is_initial(letters: &str) -> bool {
    match letters {
        "zh" | "ch" | "sh" => true,
        _ => letters.len() == 1 && "bpmfdtnlgkhjqxrzcsyw".contains(letters),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_no_spelling_is_longer_than_the_limit() {
        let syllables = Syllables::new();
        assert!(syllables.sorted.is_sorted_by(|a, b| a < b));
        let longest = syllables.sorted.iter().map(|s| s.len()).max();
        assert_eq!(longest, Some(SPELLING_MAX));
    }

    #[test]
    fn a_beginning_is_the_range_of_all_syllables_that_start_so() {
        let syllables = Syllables::new();
        let names = |letters| {
            let range = syllables.beginning(letters);
            syllables.sorted[range.start as usize..range.end as usize].to_vec()
        };
        assert_eq!(names("zhua"), ["zhua", "zhuai", "zhuan", "zhuang"]);
        assert_eq!(names("x").len(), 14);
        assert!(names("v").is_empty());
        assert!(syllables.exact("zhuan").is_some());
        assert_eq!(
            syllables.exact("zhua").map(|s| s + 2),
            syllables.exact("zhuan")
        );
        assert_eq!(syllables.exact("lve"), syllables.exact("lue"));
        assert_eq!(syllables.exact("w"), None);
    }
}
