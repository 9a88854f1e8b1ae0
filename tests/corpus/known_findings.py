"""What is found of the corpus otherwise than the first edition did: field, reason, recipes. CHANGELOG gives every reason."""

FINDINGS: tuple[tuple[str, str, str], ...] = (
    (
        "words.sentence",
        "a part that reads as 1 is told by how near to 1 it is",
        """
        node/plain/alpha 1.99999999; node/plain/alpha 2.00000001; network/23 nesterov 5-3-4-1-2; network/33 adagrad odd 4-4-1
    """,
    ),
    *(
        (field, "of a rule or schedule without a closed form it is told that more than half of the missing error is left", recipes)
        for field, recipes in (
            ("numbers.findings", "nodes/24 adagrad; schedule/exponential/nodes"),
            ("words.findings", "nodes/24 adagrad; nodes/76 adagrad odd; schedule/exponential/nodes"),
        )
    ),
    *(
        (
            field,
            "weights that do no better than always saying the mean of the goals are told so",
            "nodes/68 adam; twin/12 adagrad odd/node; twin/12 adagrad odd/network",
        )
        for field in ("numbers.findings", "words.findings")
    ),
    *(
        (field, "where alpha is far too small the error lies still for that reason, and for no other", recipes)
        for field, recipes in (
            (
                "numbers.findings",
                """
                network/08 momentum odd 5-4; network/28 momentum odd 5-5; network/33 adagrad odd 4-4-1;
                network/51 momentum odd 5-3-1-4-1; network/64 momentum 1-1
                """,
            ),
            (
                "words.findings",
                """
                network/08 momentum odd 5-4; network/23 nesterov 5-3-4-1-2; network/28 momentum odd 5-5;
                network/33 adagrad odd 4-4-1; network/51 momentum odd 5-3-1-4-1; network/64 momentum 1-1
                """,
            ),
        )
    ),
    ("words.findings", "a look at no step, or at the first alone, is not called slow", "end/no steps; end/one step"),
    *(
        (
            field,
            "weights of 0 at the start let nothing through: that is the symmetry's fault, told as such, and no vanishing",
            "drawn/04 sigmoid",
        )
        for field in ("numbers.findings", "words.findings")
    ),
    (
        "numbers.findings",
        "judged along each direction, and counted until it stays; without a closed form a falling error is told of a node too",
        """
        node/09 momentum/slow; node/17 adam/fast; node/19 adamw/fast; node/20 adamw/fast; end/subnormal;
        end/more in a batch than there are; nodes/00 plain; nodes/01 momentum; nodes/02 nesterov; nodes/07 momentum odd;
        nodes/11 nesterov odd; nodes/12 adagrad odd; nodes/18 adam odd; nodes/21 plain; nodes/26 adam; nodes/30 momentum odd;
        nodes/33 adagrad odd; nodes/38 adam odd; nodes/45 adagrad; nodes/46 rmsprop; nodes/52 nesterov odd;
        nodes/53 nesterov odd; nodes/54 adagrad odd; nodes/59 adam odd; nodes/63 plain; nodes/64 momentum;
        nodes/70 momentum odd; nodes/74 nesterov odd; nodes/75 adagrad odd; nodes/77 rmsprop odd; nodes/78 rmsprop odd;
        nodes/79 adam odd; nodes/80 adam odd; nodes/82 adamw odd; nodes/87 adagrad; nodes/89 adam; wide/16 left-to-right;
        wide/16 lanes; wide/24 left-to-right; wide/24 lanes; wide/33 left-to-right; wide/33 lanes; schedule/constant/node;
        schedule/steps/node; schedule/steps/nodes; schedule/mapping/node; schedule/mapping/nodes; schedule/1 over t/node;
        schedule/exponential rounded/node; schedule/exponential rounded/nodes; schedule/cosine/node; schedule/cosine/nodes;
        twin/03 adagrad/node; twin/03 adagrad/network; twin/04 rmsprop/node; twin/04 rmsprop/network; twin/06 adamw/node;
        twin/06 adamw/network; twin/08 momentum odd/node; twin/08 momentum odd/network; twin/10 nesterov odd/node;
        twin/10 nesterov odd/network; twin/13 adagrad odd/node; twin/13 adagrad odd/network; twin/16 adam odd/node;
        twin/16 adam odd/network; twin/17 adam odd/node; twin/17 adam odd/network; twin/18 adam odd/node;
        twin/18 adam odd/network; twin/19 adamw odd/node; twin/19 adamw odd/network; table/mapping as it is;
        table/file scaled; table/file scaled, no bias; table/mapping scaled; table/mapping, half held out and scaled;
        table/scaling given
        """,
    ),
    (
        "numbers.findings",
        "without a closed form what grew is judged as a network's error is, and measured against the start",
        """
        node/14 rmsprop/fast; node/15 rmsprop/fast; node/16 adam/fast; node/18 adam/fast; nodes/09 momentum odd;
        nodes/29 momentum odd; nodes/32 nesterov odd; nodes/56 rmsprop odd; nodes/62 adamw odd; nodes/71 momentum odd;
        nodes/81 adam odd; schedule/warm-up/nodes; schedule/function/nodes; twin/09 momentum odd/node;
        twin/09 momentum odd/network
        """,
    ),
    (
        "numbers.findings",
        "the part of the weights that is frozen is told, for a node as for a network",
        """
        end/frozen weight; end/frozen one of two; end/all frozen but the bias; nodes/08 momentum odd; nodes/25 rmsprop;
        nodes/34 adagrad odd; nodes/35 rmsprop odd; nodes/37 adam odd; nodes/39 adam odd; nodes/42 plain; nodes/44 nesterov;
        nodes/49 momentum odd; nodes/73 nesterov odd; nodes/83 adamw odd; network/04 rmsprop 4-2; network/05 adam 3-5-4;
        network/06 adamw 4-2-4-3; network/07 momentum odd 3-4-4-3-3; network/09 momentum odd 4-2-4;
        network/10 nesterov odd 3-4-4-1; network/15 rmsprop odd 4-3-1-3-5; network/16 adam odd 3-4;
        network/19 adamw odd 3-1-2-3-1; network/24 adagrad 4-3; network/25 rmsprop 5-5-4; network/26 adam 4-2-4-3;
        network/27 adamw 4-5-4-3-3; network/31 nesterov odd 5-2-4-4-4; network/35 rmsprop odd 4-4-1-1-3;
        network/38 adam odd 4-4-1-3; network/43 momentum 5-3-3-4-5; network/47 adam 4-5-3-1-1;
        network/50 momentum odd 1-5-1-4; network/54 adagrad odd 5-2-1-4; network/56 rmsprop odd 1-2;
        network/58 adam odd 5-4-3-1; network/59 adam odd 1-2-3-1-3; network/62 adamw odd 1-2-3-4;
        network/67 rmsprop 1-1-5-1-5; network/68 adam 1-3; network/69 adamw 5-4-5; network/72 momentum odd 5-5;
        network/73 nesterov odd 1-1-5; network/79 adam odd 1-2-2-1-3; network/87 adagrad 2-2-5-4-5; network end/all frozen;
        network end/first layer frozen; network end/single biases frozen
        """,
    ),
    (
        "numbers.findings",
        "what is left is judged along each direction",
        """
        end/frozen bias
        """,
    ),
    (
        "numbers.findings",
        "what is left is judged along each direction, and counted until it stays",
        """
        end/ill-conditioned; end/crawls; end/no steps; nodes/22 momentum; nodes/51 momentum odd; nodes/72 momentum odd;
        wide/5 left-to-right; wide/5 lanes; wide/8 left-to-right; wide/8 lanes; wide/17 left-to-right; wide/17 lanes;
        network/23 nesterov 5-3-4-1-2; table/file as it is; table/file as it is, no bias;
        table/file as it is, a column and two goals
        """,
    ),
    (
        "numbers.findings",
        "a step or two are a look at the arithmetic, and not slow",
        """
        end/one step
        """,
    ),
    (
        "numbers.findings",
        "not told where a falling error says that more steps bring more",
        """
        nodes/03 adagrad; nodes/04 rmsprop; nodes/15 rmsprop odd; nodes/16 adam odd; nodes/17 adam odd; nodes/19 adamw odd;
        nodes/41 adamw odd; nodes/43 momentum; nodes/47 adam; nodes/48 adamw; nodes/50 momentum odd; nodes/58 adam odd;
        nodes/60 adam odd; nodes/65 nesterov; nodes/67 rmsprop; nodes/69 adamw; nodes/76 adagrad odd; nodes/86 nesterov;
        network end/mse reached at the start; twin/01 momentum/node; twin/01 momentum/network; twin/05 adam/node;
        twin/05 adam/network; twin/15 rmsprop odd/node; twin/15 rmsprop odd/network
        """,
    ),
    (
        "numbers.findings",
        "alpha below 0 at some step of a schedule is told of a node too",
        """
        schedule/list/node; schedule/list/nodes
        """,
    ),
    (
        "numbers.findings",
        "what is said of nodes holds at two moments an epoch apart",
        """
        network/11 nesterov odd 5-1-4-1-4
        """,
    ),
    (
        "numbers.findings",
        "a layer stands still where it does so for an epoch, no longer for one step",
        """
        network/34 adagrad odd 5-2-1-1; network/55 adagrad odd 5-5-1-1-2; network/75 adagrad odd 5-5-5-4-2;
        network/77 rmsprop odd 5-3-2; network end/one-weight layers settle; network end/unscaled inputs
        """,
    ),
    (
        "numbers.findings",
        "the local limit is known for momentum and Nesterov too",
        """
        network/44 nesterov 4-4; network/53 nesterov odd 1-5-1; network/65 nesterov 1-1-3; network/74 nesterov odd 1-3-5-4;
        network/86 nesterov 5-4-5-4; drawn/09 leaky relu
        """,
    ),
    (
        "numbers.findings",
        "told of networks too",
        """
        network end/one-weight layers cycle
        """,
    ),
    (
        "words.findings",
        "without a closed form what grew is judged as a network's error is, and measured against the start",
        """
        node/16 adam/fast; nodes/09 momentum odd; nodes/62 adamw odd; nodes/81 adam odd; schedule/warm-up/nodes;
        schedule/function/nodes; twin/09 momentum odd/node; twin/09 momentum odd/network
        """,
    ),
    (
        "words.findings",
        "judged along each direction, and counted until it stays; without a closed form a falling error is told of a node too",
        """
        node/17 adam/fast; node/19 adamw/fast; node/20 adamw/fast; end/subnormal; nodes/01 momentum; nodes/02 nesterov;
        nodes/07 momentum odd; nodes/12 adagrad odd; nodes/18 adam odd; nodes/26 adam; nodes/30 momentum odd;
        nodes/33 adagrad odd; nodes/38 adam odd; nodes/45 adagrad; nodes/46 rmsprop; nodes/54 adagrad odd; nodes/59 adam odd;
        nodes/70 momentum odd; nodes/74 nesterov odd; nodes/75 adagrad odd; nodes/77 rmsprop odd; nodes/78 rmsprop odd;
        nodes/79 adam odd; nodes/80 adam odd; nodes/82 adamw odd; nodes/87 adagrad; nodes/89 adam; wide/33 left-to-right;
        wide/33 lanes; schedule/constant/node; schedule/steps/node; schedule/steps/nodes; schedule/mapping/node;
        schedule/mapping/nodes; schedule/1 over t/node; schedule/exponential rounded/node;
        schedule/exponential rounded/nodes; schedule/cosine/node; schedule/cosine/nodes; twin/03 adagrad/node;
        twin/03 adagrad/network; twin/04 rmsprop/node; twin/04 rmsprop/network; twin/06 adamw/node; twin/06 adamw/network;
        twin/10 nesterov odd/node; twin/10 nesterov odd/network; twin/13 adagrad odd/node; twin/13 adagrad odd/network;
        twin/16 adam odd/node; twin/16 adam odd/network; twin/17 adam odd/node; twin/17 adam odd/network;
        twin/18 adam odd/node; twin/18 adam odd/network; twin/19 adamw odd/node; twin/19 adamw odd/network;
        table/mapping as it is; table/file scaled, no bias; table/mapping, half held out and scaled; table/scaling given
        """,
    ),
    (
        "words.findings",
        "not told where a falling error says that more steps bring more",
        """
        nodes/48 adamw; nodes/58 adam odd; nodes/69 adamw; network end/mse reached at the start; twin/01 momentum/node;
        twin/01 momentum/network; twin/05 adam/node; twin/05 adam/network
        """,
    ),
    (
        "words.findings",
        "what is left is judged along each direction, and counted until it stays",
        """
        nodes/51 momentum odd; nodes/72 momentum odd
        """,
    ),
    (
        "words.findings",
        "alpha below 0 at some step of a schedule is told of a node too",
        """
        schedule/list/node; schedule/list/nodes
        """,
    ),
    (
        "words.findings",
        "a layer stands still where it does so for an epoch, no longer for one step",
        """
        schedule/exponential/network; network/34 adagrad odd 5-2-1-1; network/55 adagrad odd 5-5-1-1-2;
        network/75 adagrad odd 5-5-5-4-2; network/77 rmsprop odd 5-3-2; network end/one-weight layers settle;
        network end/unscaled inputs
        """,
    ),
    (
        "words.findings",
        "what is said of nodes holds at two moments an epoch apart",
        """
        network/11 nesterov odd 5-1-4-1-4; network/43 momentum 5-3-3-4-5
        """,
    ),
    (
        "words.findings",
        "told of networks too",
        """
        network end/one-weight layers cycle
        """,
    ),
    (
        "words.proof",
        "a network's proof is the closed form where there is one, and a node's its slopes where there is none",
        """
        node/03 adagrad/slow; node/03 adagrad/fast; node/04 rmsprop/slow; node/04 rmsprop/fast; node/05 adam/slow;
        node/05 adam/fast; node/06 adamw/slow; node/06 adamw/fast; node/12 adagrad/slow; node/12 adagrad/fast;
        node/13 adagrad/slow; node/13 adagrad/fast; node/14 rmsprop/slow; node/14 rmsprop/fast; node/15 rmsprop/slow;
        node/15 rmsprop/fast; node/16 adam/slow; node/16 adam/fast; node/17 adam/slow; node/17 adam/fast; node/18 adam/slow;
        node/18 adam/fast; node/19 adamw/slow; node/19 adamw/fast; node/20 adamw/slow; node/20 adamw/fast; end/diverges;
        end/diverges, mse infinite first; end/diverges, batch; end/diverges, momentum; end/zero input; end/frozen weight;
        end/subnormal; nodes/00 plain; nodes/01 momentum; nodes/02 nesterov; nodes/03 adagrad; nodes/04 rmsprop;
        nodes/05 adam; nodes/06 adamw; nodes/07 momentum odd; nodes/09 momentum odd; nodes/12 adagrad odd;
        nodes/13 adagrad odd; nodes/14 rmsprop odd; nodes/15 rmsprop odd; nodes/16 adam odd; nodes/17 adam odd;
        nodes/18 adam odd; nodes/19 adamw odd; nodes/20 adamw odd; nodes/24 adagrad; nodes/25 rmsprop; nodes/26 adam;
        nodes/27 adamw; nodes/29 momentum odd; nodes/30 momentum odd; nodes/31 nesterov odd; nodes/32 nesterov odd;
        nodes/33 adagrad odd; nodes/34 adagrad odd; nodes/35 rmsprop odd; nodes/36 rmsprop odd; nodes/37 adam odd;
        nodes/38 adam odd; nodes/39 adam odd; nodes/40 adamw odd; nodes/41 adamw odd; nodes/42 plain; nodes/43 momentum;
        nodes/45 adagrad; nodes/46 rmsprop; nodes/47 adam; nodes/48 adamw; nodes/50 momentum odd; nodes/54 adagrad odd;
        nodes/55 adagrad odd; nodes/56 rmsprop odd; nodes/57 rmsprop odd; nodes/58 adam odd; nodes/59 adam odd;
        nodes/60 adam odd; nodes/61 adamw odd; nodes/62 adamw odd; nodes/65 nesterov; nodes/66 adagrad; nodes/67 rmsprop;
        nodes/68 adam; nodes/69 adamw; nodes/70 momentum odd; nodes/71 momentum odd; nodes/73 nesterov odd;
        nodes/75 adagrad odd; nodes/76 adagrad odd; nodes/77 rmsprop odd; nodes/78 rmsprop odd; nodes/79 adam odd;
        nodes/80 adam odd; nodes/81 adam odd; nodes/82 adamw odd; nodes/83 adamw odd; nodes/86 nesterov; nodes/87 adagrad;
        nodes/88 rmsprop; nodes/89 adam; schedule/list/node; schedule/list/nodes; schedule/constant/node;
        schedule/constant/nodes; schedule/steps/node; schedule/steps/nodes; schedule/mapping/node; schedule/mapping/nodes;
        schedule/1 over t/node; schedule/1 over t/nodes; schedule/exponential/node; schedule/exponential/nodes;
        schedule/exponential rounded/node; schedule/exponential rounded/nodes; schedule/cosine/node; schedule/cosine/nodes;
        schedule/cosine rounded/node; schedule/cosine rounded/nodes; schedule/warm-up/node; schedule/warm-up/nodes;
        schedule/function/node; schedule/function/nodes; twin/01 momentum/node; twin/01 momentum/network;
        twin/03 adagrad/node; twin/03 adagrad/network; twin/04 rmsprop/node; twin/04 rmsprop/network; twin/05 adam/node;
        twin/05 adam/network; twin/06 adamw/node; twin/06 adamw/network; twin/07 momentum odd/node;
        twin/07 momentum odd/network; twin/09 momentum odd/node; twin/09 momentum odd/network; twin/10 nesterov odd/node;
        twin/10 nesterov odd/network; twin/12 adagrad odd/node; twin/12 adagrad odd/network; twin/13 adagrad odd/node;
        twin/13 adagrad odd/network; twin/14 rmsprop odd/node; twin/14 rmsprop odd/network; twin/15 rmsprop odd/node;
        twin/15 rmsprop odd/network; twin/16 adam odd/node; twin/16 adam odd/network; twin/17 adam odd/node;
        twin/17 adam odd/network; twin/18 adam odd/node; twin/18 adam odd/network; twin/19 adamw odd/node;
        twin/19 adamw odd/network; twin/20 adamw odd/node; twin/20 adamw odd/network; table/scaling given;
        table/mapping, weights given
        """,
    ),
)
"""Field, reason, and the recipes in which what is found, or its proof, differs."""
