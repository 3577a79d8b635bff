using System.Diagnostics.CodeAnalysis;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Tests.Handshake;

/// <summary>A server that answers every hello made with one of its keys.</summary>
internal static class Server
{
    public static bool TryAccept(
        ReadOnlySpan<byte> hello, IEnumerable<SharedKey> keys, BootManifest manifest,
        [NotNullWhen(true)] out byte[]? answer, [NotNullWhen(true)] out SessionKeys? session, [NotNullWhen(true)] out string? keyName)
    {
        answer = null;
        session = null;
        keyName = null;
        if (ServerHandshake.TryOpen(hello, keys) is not { } opened || !opened.TryAnswer(manifest, out answer, out session))
        {
            return false;
        }

        keyName = opened.Key.Name;
        return true;
    }
}
