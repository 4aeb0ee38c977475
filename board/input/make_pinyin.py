#!/usr/bin/env python3
"""Makes pinyin.tsv from the Debian package rime-data-pinyin-simp (Apache-2.0).

    apt-get download rime-data-pinyin-simp && dpkg-deb -x rime-data-pinyin-simp_*.deb deb
    ./make_pinyin.py deb/usr/share/rime-data/pinyin_simp.dict.yaml > pinyin.tsv

One line per spelling, sorted by spelling: the syllables, a tab, then `word weight` pairs by falling weight.
"""
import collections
import sys

# Coarse words that no public office wants to offer.
DROPPED = set("屌肏屄")


def main() -> None:
    words = collections.defaultdict(dict)
    with open(sys.argv[1], encoding="utf-8") as source:
        for line in source:
            parts = line.rstrip("\n").split("\t")
            if len(parts) != 3 or DROPPED & set(parts[0]):
                continue
            word, spelling, weight = parts
            syllables = spelling.split()
            if len(syllables) != len(word):
                continue
            words[tuple(syllables)][word] = int(weight)
    for syllables in sorted(words):
        ranked = sorted(words[syllables].items(), key=lambda pair: (-pair[1], pair[0]))
        print(" ".join(syllables), " ".join(f"{w} {n}" for w, n in ranked), sep="\t")


if __name__ == "__main__":
    main()
