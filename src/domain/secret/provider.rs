//! Keys and tokens of the large providers, known by how their makers begin them, in what letters and how long they are.

/// How they begin, as they are written, at the begin of a word: else every second picture in base64 has one of them.
pub(super) const HINT: &str = concat!(
    r"(?-i:\b(?:eyJ|AKIA|ASIA|gh[pousr]_|github_pat|gl[a-z]{2,5}-|xox[a-z][-.]|xapp-|[srp]k_(?:live|test|prod)_|whsec_|sk-|AIza|ya29",
    r"|npm_|hf_|do[por]_v1|shp[a-z]{2}_|pypi-AgE|lin_api|figd_|sntry[su]_|hv[sb]\.|dckr_[po]at_|SG\.",
    r"|sq0[a-z]{3}-|gl(?:sa|c)_|gsk_|dapi[0-9a-f]|PMA[KT]-|NRAK-|pscale_|ATATT3x|atlasv1\.",
    r"|tskey-|rubygems_[0-9a-f]|x(?:keys|smtps)ib-|nvapi-|r8_[A-Za-z0-9]{4}|dp\.[a-z]{2,5}\.|AGE-SECRET|CFPAT-|ops_eyJ|EAA[A-Za-z0-9]{5}",
    r"|ntn_[0-9]|lsv2_|phx_[A-Za-z0-9]{4}|xai-[A-Za-z0-9]{4}|pplx-|pul-[0-9a-f]{4}|sbp_[0-9a-f]|nfp_[A-Za-z0-9]{4}|rdme_|amzn1\.oa2))",
);

/// Nothing of them is kept. A `random` part must look like one: with `sk-` the names of much begin.
pub(super) const SHAPES: &[&str] = &[
    // JSON web tokens; what is encrypted has five parts, of which the second may be empty
    r"()\beyJ[A-Za-z0-9_\x2d]{8,}\.(?:[A-Za-z0-9_\x2d]*(?:\.[A-Za-z0-9_\x2d]+){3}|[A-Za-z0-9_\x2d]{4,}(?:\.[A-Za-z0-9_\x2d]*)?)",
    r"()\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    r"()\b(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{20,}\b",
    r"()\bgl(?:pat|rt|dt|ptt|ft|soat|cbt|agent|imt|oas)-[A-Za-z0-9_\x2d.]{8,}",
    r"()\bxox[a-z](?:-|\.)[A-Za-z0-9.\x2d]{10,}",
    r"()\bxapp-[A-Za-z0-9\x2d]{10,}",
    r"()\b(?:(?:sk|rk|pk)_(?:live|test|prod)|whsec)_[A-Za-z0-9]{8,}",
    r"()\bsk-(?P<random>[A-Za-z0-9_\x2d]{16,})",
    r"()\bAIza[A-Za-z0-9_\x2d]{30,}",
    r"()\bya29\.[A-Za-z0-9_\x2d]{10,}",
    r"()\b(?:do[por]_v1_|shp(?:at|ss|ca|pa)_|pypi-AgE|lin_api_|figd_|sntry[su]_|hv[sb]\.|dckr_[po]at_)[A-Za-z0-9_\x2d]{16,}",
    r"()\b(?:sq0[a-z]{3}-|gl(?:sa|c)_|gsk_|PMA[KT]-|NRAK-|pscale_(?:pw|tkn|oauth)_|ATATT3x|atlasv1\.)[A-Za-z0-9_\x2d=.]{16,}",
    r"()\b(?:npm|hf)_[A-Za-z0-9]{16,}\b",
    r"()\bdapi[0-9a-f]{32}(?:-[0-9])?\b",
    r"()\bSG\.[A-Za-z0-9_\x2d]{16,}\.[A-Za-z0-9_\x2d]{16,}",
    // Tailscale, RubyGems, Brevo, Nvidia, Replicate, Doppler, age, Contentful, 1Password, Facebook
    r"()\btskey-(?:[a-z]{2,12}-)?[A-Za-z0-9]{6,}-[A-Za-z0-9]{16,}\b",
    r"()\brubygems_[0-9a-f]{48}\b",
    r"()\bx(?:keys|smtps)ib-[0-9a-f]{64}-[A-Za-z0-9]{16}\b",
    r"()\bnvapi-[A-Za-z0-9_\x2d]{60,}",
    r"()\br8_[A-Za-z0-9]{37}\b",
    r"()\bdp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_\x2d]{2,35}\.)?[A-Za-z0-9]{40,44}\b",
    r"()\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b",
    r"()\bCFPAT-[A-Za-z0-9_\x2d]{43}",
    r"()\bops_eyJ[A-Za-z0-9+/=_\x2d]{50,}",
    r"()\bEAA[A-Za-z0-9]{90,}",
    // Notion, LangSmith, PostHog, xAI, Perplexity, Pulumi, Supabase, Netlify, ReadMe, Amazon's login
    r"()\bntn_[0-9]{11}[A-Za-z0-9]{35}\b",
    r"()\blsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}\b",
    r"()\bphx_[A-Za-z0-9_]{40,}\b",
    r"()\bxai-[A-Za-z0-9]{70,}\b",
    r"()\bpplx-[A-Za-z0-9]{40,}\b",
    r"()\b(?:pul-|sbp_)[0-9a-f]{40}\b",
    r"()\bnfp_[A-Za-z0-9]{36}\b",
    r"()\brdme_[a-z0-9]{70}\b",
    r"()\bamzn1\.oa2-cs\.v1\.[0-9a-f]{64}\b",
];

#[cfg(test)]
#[path = "provider_tests.rs"]
mod tests;
