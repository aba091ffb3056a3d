"""The linear layers on a GPU, where there is one."""

from __future__ import annotations

import pytest
import torch

from pyg_ui.engine.precision import Precision
from tests.engine.linear.test_linear import KINDS, LARGEST_ERROR, make, random_rows, random_weight, relative_error

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
TYPES = [torch.bfloat16, torch.float16]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", TYPES, ids=str)
@pytest.mark.parametrize("shape", [(384, 256), (2561, 1088)], ids=str)
def test_a_linear_layer_is_near_exact_arithmetic(kind: Precision, dtype: torch.dtype, shape: tuple[int, int]) -> None:
    weight, bias = (value.to("cuda", dtype) for value in random_weight(*shape))
    linear = make(weight, bias, kind)
    for num_rows in (1, 2, 9, 40):
        rows = random_rows(num_rows, shape[1]).to("cuda", dtype)
        out = linear(rows)
        assert out.dtype == dtype
        expected = rows.double() @ weight.double().t() + bias.double()
        assert relative_error(out, expected) < LARGEST_ERROR[kind] + 2 * torch.finfo(dtype).eps


@pytest.mark.parametrize("dtype", TYPES, ids=str)
def test_tritons_matmul_is_near_exact_arithmetic(dtype: torch.dtype) -> None:
    pytest.importorskip("triton")
    from pyg_ui.engine.linear.gpu.triton_matmul import multiply_by_triton

    values = torch.randint(-127, 128, (77, 1029), dtype=torch.int8, device="cuda")
    scales = torch.rand(77, device="cuda") / 127
    rows = torch.randn(5, 1029, device="cuda").to(dtype)
    expected = rows.double() @ (values * scales[:, None]).double().t()
    out = multiply_by_triton(rows, values, scales)
    assert relative_error(out, expected) < 2 * torch.finfo(dtype).eps
    assert torch.equal(multiply_by_triton(rows[2:3], values, scales), out[2:3])


@pytest.mark.parametrize("kind", KINDS)
def test_a_recorded_graph_computes_the_same(kind: Precision) -> None:
    weight, bias = (value.to("cuda", torch.float16) for value in random_weight(384, 256))
    linear, rows = make(weight, bias, kind), torch.zeros(2, 256, dtype=torch.float16, device="cuda")
    linear(rows)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        out = linear(rows)
    rows.copy_(random_rows(2, 256))
    graph.replay()
    assert torch.equal(out, linear(rows))
