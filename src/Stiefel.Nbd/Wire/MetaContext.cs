namespace Stiefel.Nbd.Wire;

/// <summary>The one metadata context of this server (proto.md#base-allocation-metadata-context).</summary>
internal static class MetaContext
{
    public const string BaseAllocation = "base:allocation";

    /// <summary>A query for every context of the namespace; valid in a list, but selects nothing.</summary>
    public const string BaseNamespace = "base:";

    /// <summary>The context's id in BLOCK_STATUS replies.</summary>
    public const uint BaseAllocationId = 1;

    /// <summary>NBD_STATE_HOLE.</summary>
    public const uint StateHole = 1 << 0;

    /// <summary>NBD_STATE_ZERO.</summary>
    public const uint StateZero = 1 << 1;
}
