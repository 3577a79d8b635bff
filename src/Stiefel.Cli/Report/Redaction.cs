using System.Text.RegularExpressions;
using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Report;

/// <summary>
/// Takes secrets out of a text. Stiefel writes no secrets into logs or configurations, but a report goes to strangers and also holds what other
/// programs wrote. Known secrets are found in every form in which one may be written, unknown ones by the words before them.
/// </summary>
internal sealed partial class Redaction
{
    private const string InPlaceOfSecret = "[left out]";

    // Includes keys in files that others can read: they may still be the secret of a stick.
    private readonly HashSet<string> _secrets = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A redaction of all keys of this laptop, and of the tokens derived from them.</summary>
    /// <param name="keys">The keys' directory; unreadable keys are skipped.</param>
    public static Redaction Of(KeyDirectory keys)
    {
        var redaction = new Redaction();
        foreach (var name in Names(keys))
        {
            try
            {
                using var stored = keys.Load(name);
                redaction.Add(stored.Content);
                using var key = stored.Open();
                redaction._secrets.Add(AdminToken.For(key));
            }
            catch (Exception error) when (error is KeyFileException or VerbException or IOException or UnauthorizedAccessException)
            {
                // Go on without this key: reports are made on machines where something is wrong.
            }
        }

        return redaction;
    }

    /// <summary>The text without the secrets.</summary>
    public string Clean(string text)
    {
        foreach (var secret in _secrets)
        {
            text = text.Replace(secret, InPlaceOfSecret, StringComparison.OrdinalIgnoreCase);
        }

        text = PrivateKeyBlock().Replace(text, InPlaceOfSecret);
        return Named().Replace(text, match => match.Groups["name"].Value + InPlaceOfSecret);
    }

    private void Add(ReadOnlySpan<byte> secret)
    {
        var base64 = Convert.ToBase64String(secret);
        foreach (var form in (string[])
        [
            Convert.ToHexString(secret), base64, base64.TrimEnd('='), base64.Replace('+', '-').Replace('/', '_').TrimEnd('='),
            BitConverter.ToString(secret.ToArray()), BitConverter.ToString(secret.ToArray()).Replace('-', ':'), BitConverter.ToString(secret.ToArray()).Replace('-', ' '),
        ])
        {
            _secrets.Add(form);
        }

        if (secret.Length == SharedKey.OldSize)
        {
            var code = PairingCode.Encode(secret);
            _secrets.Add(code);
            _secrets.Add(code.Replace("-", "", StringComparison.Ordinal));
        }
    }

    private static IReadOnlyList<string> Names(KeyDirectory keys)
    {
        try
        {
            return keys.List();
        }
        catch (Exception error) when (error is KeyFileException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [GeneratedRegex(@"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\z)", RegexOptions.Singleline)]
    private static partial Regex PrivateKeyBlock();

    // password=…, "psk": "…", PrivateKey = …, Authorization: Bearer …, https://user:secret@host
    [GeneratedRegex(@"(?<name>\b(passw(or)?d|passphrase|psk|pre-?shared-?key|private-?key|secret|token)[""']?\s*[:=]\s*[""']?|\bBearer\s+|://[^/\s:@]+:)(?!\[left out\])[^\s""',;@]+", RegexOptions.IgnoreCase)]
    private static partial Regex Named();
}
