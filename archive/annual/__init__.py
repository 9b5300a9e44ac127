"""The annual report on disclosure (政府信息公开工作年度报告): its forms, its figures, and whether they agree."""
