"""Help with typing: suggestions, corrections, pinyin."""
