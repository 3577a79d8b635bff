using System.Text;
using System.Text.Json;
using Stiefel.CommandLine;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.Control;

/// <summary>A server's answer to the revocation of a key, for people.</summary>
internal static class RevocationText
{
    /// <param name="json">The server's answer.</param>
    /// <param name="host">The server's address or name, as the user gave it.</param>
    /// <param name="asking">The id of the key that asked.</param>
    public static string Of(string json, string host, string asking)
    {
        var key = Read(json);
        var name = PrintableText.Of(key.Name);
        var text = new StringBuilder();
        text.AppendLine($"{name} is no longer accepted at {host}: its sessions are ended, and a desktop that ran with it has lost its disk");
        if (key.Warning is { } warning)
        {
            text.AppendLine($"WARNING: {PrintableText.Of(warning)}");
        }
        else if (key.Id == asking)
        {
            text.AppendLine("this was the key that identified you: from now on name another with --key");
        }

        text.AppendLine($"if the laptop's own system still has the key, the laptop accepts it again the next time it serves; run there, too: stiefel key revoke {name}");
        return text.ToString();
    }

    private static RevokedKey Read(string json)
    {
        try
        {
            return ControlDocuments.ReadRevokedKey(json);
        }
        catch (JsonException error)
        {
            throw new FailedException("this version does not understand the server's answer; try again: if the key is then unknown, it was revoked", error);
        }
    }
}
