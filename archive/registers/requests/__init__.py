"""The register of requests for disclosure (依申请公开登记簿): terms, states, outcomes, fees, and who asked for what."""
