using Stiefel.Keys;
using Stiefel.Protocol.Certificates;

namespace Stiefel.EndToEnd.Machines;

/// <summary>The control plane's token that is made from the stations' key.</summary>
internal static class OwnerToken
{
    public static async Task<string> OfAsync(MachineParts parts)
    {
        using var stored = StoredKey.Read((await parts.StationsAsync()).KeyFile);
        using var key = stored.Open();
        return AdminToken.For(key);
    }
}
