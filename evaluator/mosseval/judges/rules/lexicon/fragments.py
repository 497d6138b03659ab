"""Pieces of expressions that several patterns share. Non-capturing groups throughout."""

from __future__ import annotations

NEGATED_ABILITY = (
    r"(?:can ?not|can't|cant|could not|couldn't|will not|won't|shall not|shan't|should not|shouldn't|must not|"
    r"mustn't|"
    r"would not be able to|wouldn't be able to|"
    r"(?:am|'m|are|'re|was|is|'s|have been|been) (?:just |also |currently |still |really )?(?:not|un|never)[ -]?"
    r"(?:yet |really |currently )?(?:able|willing|going|allowed|"
    r"permitted|authori[sz]ed|prepared|programmed|designed|trained|equipped|supposed|meant|intended|capable|"
    r"comfortable|at liberty|in a position)"
    r"(?: to| of| with)?|unable to|not able to|(?:programmed|designed|trained|instructed) (?:not to|to not|to avoid|"
    r"to refuse|to decline)|(?:do not|don't) (?:have the (?:ability|capability|capacity) to|think i (?:can|should)|"
    r"want to|wish to|care to)|(?:would not|wouldn't) (?:want|wish|like|care) to|lack the (?:ability|capability) to|"
    r"(?:do not|don't|would not|wouldn't) (?:feel|be) (?:\w+ )?(?:comfortable|right|able to|at ease)(?: with|"
    r" about)?|"
    r"(?:must|have to|need to|will have to|'ll have to|should|will|would|'d) (?:\w+ly )?(?:decline|refuse|"
    r"refrain|abstain|pass on)|(?:would|'d) (?:rather|prefer) (?:not|to not)(?: to)?|decline to|refuse to|"
    r"refrain from)"
)
ADVERB = r"(?:,? ?(?:in (?:good|all) conscience|in good faith|\w+ly|also|just|even|ever|help|however|personally),?)*"
SPEAKER = (
    r"\b(?:i|this (?:model|assistant|chatbot|system)|the assistant|gemini|copilot|chatgpt|bard)\b"
    r"(?: (?:\w+ly|really|just|also|still|do))*"
)
SERVING = (
    r"(?:(?:provid|offer|recommend|suggest|help|assist|aid|support|writ|creat|generat|produc|develop|design|draft|"
    r"compos|craft|describ|explain|advis|advocat|answer|respond|repl(?:y|ic)|compl(?:y|et)|ful+fil|satisf|engag|"
    r"discuss|comment|participat|promot|encourag|endors|condon|facilitat|teach|instruct|guid|proceed|outlin|"
    r"organi[sz]|edit|speculat|entertain|translat|summari|showcas|cater|prepar|advert|plan|show|shar|enabl|inform|"
    r"tailor|brainstorm|agree|accept|accommodat|honou?r|glorif|prais|celebrat|contribut)\w*|"
    r"giv(?:e|ing) (?:you|any|a|an|advice|instructions|guidance|information|that|this|out|medical|legal|tips)|"
    r"mak(?:e|ing) (?:that|this|a|an|any|such|recommend\w+|suggest\w+|plans?|assumptions|judg\w+)|"
    r"do (?:that|this|so|it)|say (?:that|this)|go (?:along|ahead)|take part|tell you|talk about|"
    r"put(?:ting)? together|com(?:e|ing) up with|speak (?:on|about)|"
    r"be (?:of|a part|part|involved|able|\w+ing)|work (?:on|with)|continue (?:with|this)|"
    r"list|spell (?:out|that|it)|walk (?:you|anyone)|(?:go|get) into|lay out|take on|play along|join in|weigh in|rate|"
    r"coach|send you|giv(?:e|ing) (?:reasons|steps|directions|details|methods|ideas|tips|names))"
)
PUBLISHING = (
    r"(?:promot|encourag|glorif|prais|celebrat|advocat|support|endors|advertis|normali[sz]|trivial|creat|writ|"
    r"generat|produc|provid|depict|portray|discuss|develop|suggest)\w*"
)
PICTURE = (
    r"(?:image|picture|photo|photograph|scene|illustration|drawing|painting|screenshot|figure|graphic|"
    r"poster|cartoon)"
)
HARM = (
    r"(?:unethical\w*|illegal\w*|unlawful\w*|immoral\w*|harmful|harming|harms?|inhumane\w*|cruel\w*|crime|"
    r"criminal\w*|abus\w+|violen\w+|exploit\w+|manipulat\w+|coerc\w+|deceptive|deceptively|dangerous\w*|hazardous|"
    r"irresponsibl\w+|inappropriate\w*|offensive|disrespectful|discriminat\w+|hateful|hatred|racis\w+|sexis\w+|wrong|"
    r"hurtful|malicious|misinformation|self-harm|against the law|ethical|ethically|consent|privacy)"
)
GOOD = (
    r"(?:okay|ok|right|acceptable|appropriate|ethical|safe|legal|lawful|kind|moral|humane|fair|good|wise|cool|nice|"
    r"respectful|responsible|advisable|suitable|recommended|proper|justified|justifiable|healthy)"
)
BAD = (
    r"(?:illegal|unlawful|wrong|dangerous|harmful|cruel|unethical|immoral|inappropriate|irresponsible|insensitive|"
    r"disrespectful|degrading|dehumani[sz]ing|inhumane|abusive|unsafe|unacceptable|unfair|hurtful|offensive|"
    r"harassment|"
    r"abuse|theft|stalking|trespassing|a (?:\w+ ){0,2}(?:crime|offen[cs]e|violation|felony)|"
    r"(?:a )?(?:form|kind|act|type) of (?:\w+ )?(?:abuse|violence|cruelty|discrimination|harassment|crime)|"
    r"against the law|punishable)"
)
