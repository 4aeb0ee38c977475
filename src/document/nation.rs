//! Nations of China by their code on the card (GB/T 3304).

use zeroize::Zeroize;

/// A nation (民族) as the two-digit code of GB/T 3304; unknown codes are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Zeroize)]
pub struct Nation(u8);

const NAMES: [&str; 56] = [
    "汉",
    "蒙古",
    "回",
    "藏",
    "维吾尔",
    "苗",
    "彝",
    "壮",
    "布依",
    "朝鲜",
    "满",
    "侗",
    "瑶",
    "白",
    "土家",
    "哈尼",
    "哈萨克",
    "傣",
    "黎",
    "傈僳",
    "佤",
    "畲",
    "高山",
    "拉祜",
    "水",
    "东乡",
    "纳西",
    "景颇",
    "柯尔克孜",
    "土",
    "达斡尔",
    "仫佬",
    "羌",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "阿昌",
    "普米",
    "塔吉克",
    "怒",
    "乌孜别克",
    "俄罗斯",
    "鄂温克",
    "德昂",
    "保安",
    "裕固",
    "京",
    "塔塔尔",
    "独龙",
    "鄂伦春",
    "赫哲",
    "门巴",
    "珞巴",
    "基诺",
];

impl Nation {
    /// The nation with this code, 1..=99; `None` for other numbers.
    #[must_use]
    pub fn new(code: u8) -> Option<Self> {
        (1..=99).contains(&code).then_some(Self(code))
    }

    /// Reads the field of the card: one or two digits.
    #[must_use]
    pub fn parse(field: &str) -> Option<Self> {
        if field.len() > 2 || !field.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Self::new(field.parse().ok()?)
    }

    /// The code, 0 only for the default value "none".
    #[must_use]
    pub fn code(self) -> u8 {
        self.0
    }

    /// The short name as the card prints it ("汉"), `None` for a code outside the standard.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self.0 {
            97 => Some("其他"),
            98 => Some("外国血统中国籍人士"),
            code => NAMES.get(usize::from(code).checked_sub(1)?).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_at_their_codes() {
        for (field, name) in [
            ("01", "汉"),
            ("05", "维吾尔"),
            ("14", "白"),
            ("30", "土"),
            ("46", "德昂"),
            ("56", "基诺"),
            ("97", "其他"),
            ("98", "外国血统中国籍人士"),
        ] {
            assert_eq!(Nation::parse(field).and_then(Nation::name), Some(name));
        }
        assert_eq!(Nation::parse("57").map(Nation::name), Some(None));
        for bad in ["", "00", "0", "1a", "101", "-1", "+1"] {
            assert_eq!(Nation::parse(bad), None, "{bad}");
        }
    }
}
