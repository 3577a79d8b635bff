using System.Text;
using System.Text.Json;
using Stiefel.CommandLine;
using Stiefel.Protocol.Control;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.Control;

/// <summary>A server's answer to the revocation of a key, for people.</summary>
internal static class RevocationText
{
    /// <param name="json">As the server tells it.</param>
    /// <param name="host">Which server.</param>
    /// <param name="asking">The id of the key that asked.</param>
    public static string Of(string json, string host, string asking)
    {
        var key = Read(json);
        var name = PrintableText.Of(key.Name);
        var text = new StringBuilder();
        text.AppendLine($"{name} is accepted no more at {host}: its sessions are ended, and a desktop that ran with it has lost its disk");
        if (key.Warning is { } warning)
        {
            text.AppendLine($"WARNING: {PrintableText.Of(warning)}");
        }
        else if (key.Id == asking)
        {
            text.AppendLine("it was the key that you asked with: from now on name another with --key");
        }

        text.AppendLine($"if the laptop's own system has it too, it is accepted again from the next time on; there: stiefel key revoke {name}");
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
            throw new FailedException("the answer is none that this version understands; try again, and if there is no such key any more, it was revoked", error);
        }
    }
}
