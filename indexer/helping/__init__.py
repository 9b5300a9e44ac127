"""What helps someone to type: suggestions, corrections, pinyin."""
