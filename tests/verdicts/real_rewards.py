"""Healthy PyTorch trainings by rewards (reinforcement learning): whoever finds a fault in one of these is wrong.

A kind is a function of a seed. Imports nothing of ours.
"""

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word
from verdicts.loop import Loop, _adam, _seeded


def policy_gradient(seed: int) -> Loop:
    """REINFORCE on a bandit with contexts: episodes of growing length, summed."""
    g = _seeded(seed)
    model = nn.Sequential(nn.Linear(4, 24), nn.Tanh() if seed % 2 else nn.ReLU(), nn.Linear(24, 2))

    def loss(step: int) -> Tensor:
        n = 4 + step // 2 + int(torch.randint(0, 6, (1,), generator=g))
        s = torch.randn(n, 4, generator=g)
        choice = torch.distributions.Categorical(logits=model(s))
        a = torch.multinomial(choice.probs.detach(), 1, generator=g)[:, 0]
        reward = (a == (s[:, 0] > 0).long()).float()
        returns = reward.flip(0).cumsum(0).flip(0) if seed % 2 else reward
        adv = (returns - returns.mean()) / (returns.std() + 1e-6)
        terms = [-choice.log_prob(a)[i] * adv[i] for i in range(n)]
        return torch.stack(terms).sum() if seed % 3 else sum(terms[1:], terms[0])

    return Loop("policy gradient", model, _adam(model), loss, 60)


def actor_critic(seed: int) -> Loop:
    g = _seeded(seed)
    model = nn.ModuleDict({"body": nn.Linear(4, 24), "actor": nn.Linear(24, 3), "critic": nn.Linear(24, 1)})

    def loss(step: int) -> Tensor:
        n = 8 + step
        s = torch.randn(n, 4, generator=g)
        h = torch.relu(model["body"](s))
        choice, value = torch.distributions.Categorical(logits=model["actor"](h)), model["critic"](h)[:, 0]
        a = torch.multinomial(choice.probs.detach(), 1, generator=g)[:, 0]
        reward = s[:, 0] * (a == 0) + 0.3 * torch.randn(n, generator=g)
        gain = reward - value.detach()
        return -(choice.log_prob(a) * gain).sum() + F.smooth_l1_loss(value, reward, reduction="sum") - 0.01 * choice.entropy().sum()

    return Loop("actor-critic", model, _adam(model, 2e-3), loss, 80)


def q_learning(seed: int) -> Loop:
    """A target network, copied now and then."""
    g = _seeded(seed)
    net = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
    target = copy.deepcopy(net)
    held = nn.ModuleDict({"net": net, "target": target}) if seed % 2 else net

    def loss(_: int) -> Tensor:
        s, s2 = torch.randn(32, 4, generator=g), torch.randn(32, 4, generator=g)
        a, r = torch.randint(0, 2, (32, 1), generator=g), s[:, :1]
        with torch.no_grad():
            goal = r + 0.9 * target(s2).max(1, keepdim=True).values
        return F.smooth_l1_loss(net(s).gather(1, a), goal)

    def copied(step: int) -> None:
        if step % 15 == 14:
            target.load_state_dict(net.state_dict())

    return Loop("q-learning", held, _adam(net), loss, 90, end=copied)


def two_parts_clipped(seed: int) -> Loop:
    """PPO: a clipped ratio, several passes over the same rollout, an entropy bonus."""
    g = _seeded(seed)
    model = nn.ModuleDict({"pi": nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 3)), "v": nn.Linear(4, 1)})
    held: dict[str, Tensor] = {}

    def loss(step: int) -> Tensor:
        if step % 4 == 0:
            s = torch.randn(64, 4, generator=g)
            with torch.no_grad():
                logits = model["pi"](s)
                a = torch.multinomial(logits.softmax(1), 1, generator=g)[:, 0]
                held.update(s=s, a=a, old=logits.log_softmax(1)[torch.arange(64), a], r=(a == (s[:, 0] > 0).long()).float())
        logits, value = model["pi"](held["s"]), model["v"](held["s"])[:, 0]
        lp = logits.log_softmax(1)
        ratio = (lp[torch.arange(64), held["a"]] - held["old"]).exp()
        adv = held["r"] - value.detach()
        gain = torch.min(ratio * adv, ratio.clamp(0.8, 1.2) * adv).mean()
        return -gain + 0.5 * F.mse_loss(value, held["r"]) + 0.01 * (lp.exp() * lp).sum(1).mean()

    return Loop("ppo", model, _adam(model), loss, 80, after=lambda _: nn.utils.clip_grad_norm_(model.parameters(), 0.5) and None)


def sac_like(seed: int) -> Loop:
    """A soft critic: two heads, the least of their targets, averaged weights."""
    g = _seeded(seed)
    q = nn.ModuleList(nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 1)) for _ in range(2))
    slow = copy.deepcopy(q).requires_grad_(False)

    def loss(_: int) -> Tensor:
        s = torch.randn(64, 5, generator=g)
        with torch.no_grad():
            goal = s[:, :1] + 0.9 * torch.min(*(each(s.roll(1, 0)) for each in slow)) - 0.1
        return sum((F.mse_loss(each(s), goal) for each in q), torch.zeros(()))

    def end(_: int) -> None:
        with torch.no_grad():
            for a, b in zip(slow.parameters(), q.parameters(), strict=True):
                a.lerp_(b, 0.05)

    return Loop("soft critic", q, _adam(q), loss, 80, end=end)
