using Stiefel.Keys;
using Stiefel.Protocol.Certificates;

namespace Stiefel.EndToEnd.Machines;

/// <summary>What the holder of the stations' key shows the control plane.</summary>
internal static class OwnerToken
{
    public static async Task<string> OfAsync(MachineParts parts)
    {
        using var stored = StoredKey.Read((await parts.StationsAsync()).KeyFile);
        using var key = stored.Open();
        return AdminToken.For(key);
    }
}
