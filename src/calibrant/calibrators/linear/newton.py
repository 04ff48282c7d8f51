"""The least mean log loss with a ridge, by Newton's method with a line search, in float64."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn

import torch

from calibrant.calibrators.linear.rows import FitRows
from calibrant.calibrators.linear.shapes import Params, Scores, Shape
from calibrant.errors import FitError

__all__ = ["Loss"]

MOST_STEPS = 100
DECREMENT = 1e-11  # squared, in nats: an exact step leaves about its square times the rows
FEW = 400  # parameters, up to which equations are solved exactly
MUCH = 2e10  # multiplications for exact curvature
SEPARATED = 1e-10  # mean log loss, in nats, of rows without an error
FAR = 1e-3  # a step, in proportion to the parameters, that has not settled


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    r"""Mean log loss of rows and :math:`\frac12 \sum_j r_j (\theta_j - c_j)^2`, convex.

    Attributes
    ----------
    rows : FitRows
        Scores and what came out.
    shape : Shape
        How parameters make scores.
    centre, ridge : Float64[Tensor, "parameter"]
        Where the ridge is least, from where the search starts, and how strong it is.
    """

    rows: FitRows
    shape: Shape
    centre: Params
    ridge: Params

    def least(self) -> Params:
        """Parameters with the least penalised loss.

        Raises
        ------
        FitError
            If there are none: the loss falls for ever.
        """
        params = self.centre.clone()
        value, slope = self.look(params)
        free = not float(self.ridge.min()) > 0
        for _ in range(MOST_STEPS):
            if free and value < SEPARATED:
                self._refuse()
            step = self._step(params, slope)
            decrement = -float(slope @ step)
            if not decrement > DECREMENT:
                if free and float(step.abs().max()) > FAR * float(1 + params.abs().max()):
                    self._refuse()  # the last step leads as far as those before
                return params + step
            params, value, slope = self._further(params, value, step, decrement)
        raise FitError(
            f"log loss has not settled after {MOST_STEPS} steps. Use more rows, or a greater "
            "penalty."
        )

    def look(self, params: Params) -> tuple[float, Params]:
        """Loss and slope."""
        value, slope = 0.0, torch.zeros_like(params)
        for rows, made in self._made(params):
            stated = rows.stated(made if rows.out is None else made.masked_fill(rows.out, 0))
            top = made.amax(dim=-1, keepdim=True)
            probs = made.sub_(top).exp_()
            total = probs.sum(dim=-1, keepdim=True)
            value += float(rows.weight @ ((total.log() + top).squeeze(-1) - stated))
            residual = rows.without_stated(probs.div_(total)).mul_(rows.weight[:, None])
            slope += self.shape.pulled(rows.scores, residual)
        off = params - self.centre
        return value + float(0.5 * (self.ridge @ off.square())), slope + self.ridge * off

    def _made(self, params: Params) -> Iterator[tuple[FitRows, Scores]]:
        for rows in self.rows.chunks():
            made = self.shape.made(rows.scores, params)
            yield rows, made if rows.out is None else made.masked_fill_(rows.out, -torch.inf)

    def _further(
        self, params: Params, value: float, step: Params, decrement: float
    ) -> tuple[Params, float, Params]:
        """Along the step as far as the loss falls as it should."""
        length = 1.0
        for _ in range(60):
            at = params + length * step
            found, slope = self.look(at)
            if found <= value - 1e-4 * length * decrement + 1e-15 * abs(value):
                return at, found, slope
            length /= 2
        raise FitError("log loss does not fall along its slope. Use a greater penalty.")

    def _refuse(self) -> NoReturn:
        """Raise, for there is no least loss."""
        raise FitError(
            "log loss falls for ever as parameters grow, for they separate some classes on "
            f"these {len(self.rows.scores)} rows without an error. Use more rows, a penalty, "
            "or a method with fewer parameters."
        )

    def _step(self, params: Params, slope: Params) -> Params:
        size = self.shape.size
        if size <= FEW and len(self.rows.scores) * size**2 <= MUCH:
            return self._exact_step(params, slope)
        return self._approached_step(params, slope)

    def _exact_step(self, params: Params, slope: Params) -> Params:
        """Solution of Newton's equations; the shortest where shifts leave it open."""
        hessian = torch.diag(self.ridge)
        for rows, made in self._made(params):
            hessian += self.shape.hessian(rows.scores, made.softmax(dim=-1), rows.weight)
        if float(self.ridge.min()) > 0:
            factor, failed = torch.linalg.cholesky_ex(hessian)
            if not int(failed):
                return -torch.cholesky_solve(slope[:, None], factor).squeeze(-1)
        values, vectors = torch.linalg.eigh(hessian)
        kept = values > 1e-13 * values[-1]
        inverse = torch.where(kept, 1 / torch.where(kept, values, 1), 0)
        return -(vectors @ (inverse * (vectors.T @ slope)))

    def _approached_step(self, params: Params, slope: Params) -> Params:
        """The same by conjugate gradients, as exact as the slope is small.

        Where a ridge holds every parameter, they run in float32: slopes are looked at in float64
        after every step, so that rounding costs steps, if anything, and no digits.
        """
        real = torch.float32 if float(self.ridge.min()) > 0 else torch.float64
        seen = [self._seen(rows, made, real) for rows, made in self._made(params)]
        ridge = self.ridge.to(real)
        parts = (torch.cat(part) if len(seen) > 1 else part[0] for part in zip(*seen, strict=True))
        scores, probs, _, weight = parts
        rough = self.shape.nearly_inverse(scores, probs, weight, ridge)
        del scores, probs
        k = self.rows.n_classes
        shifts = not bool(ridge[-k:].any())  # of all intercepts, which say nothing
        ones = torch.ones(k, 1, dtype=real, device=ridge.device)

        def inverse(direction: Params) -> Params:
            found = rough(direction)
            if shifts:
                found[-k:] -= found[-k:].mean()
            return found

        def curved(direction: Params) -> Params:
            still = torch.zeros_like(direction)
            for scores, probs, weighted, _ in seen:
                change = self.shape.made(scores, direction).mul_(weighted)
                change.addcmul_(probs, change @ ones, value=-1)
                still += self.shape.pulled(scores, change)
            return still.addcmul_(ridge, direction)

        steepness = float(slope.abs().max())
        wanted = -(slope / steepness).to(real)
        size = steepness**2 * float(wanted @ inverse(wanted))
        found = conjugate(curved, inverse, wanted, min(0.1, max(size**0.5, 1e-4)))
        return found.to(params.dtype) * steepness

    @staticmethod
    def _seen(
        rows: FitRows, made: Scores, real: torch.dtype
    ) -> tuple[Scores, Scores, Scores, Params]:
        """Scores, probabilities, the same times weights, and weights."""
        probs, weight = made.to(real).softmax(dim=-1), rows.weight.to(real)
        return rows.scores.to(real), probs, probs * weight[:, None], weight


def conjugate(
    curved: Callable[[Params], Params],
    inverse: Callable[[Params], Params],
    wanted: Params,
    tolerance: float,
) -> Params:
    """Solution of ``curved(x) = wanted`` by preconditioned conjugate gradients.

    It ends where what is left is, in the norm of `inverse`, `tolerance` of what was wanted.
    """
    found, left = torch.zeros_like(wanted), wanted.clone()
    turned = inverse(left)
    way, size = turned, float(left @ turned)
    enough = tolerance**2 * size
    for _ in range(250):
        image = curved(way)
        bend = float(way @ image)
        if not bend > 0:
            break
        length = size / bend
        found += length * way
        left -= length * image
        turned = inverse(left)
        last, size = size, float(left @ turned)
        if not size > enough:
            break
        way = turned + (size / last) * way
    return found if bool(found.any()) else inverse(wanted)
