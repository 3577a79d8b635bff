using System.CommandLine;
using System.Security.Cryptography;
using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel key list|show|token|cert`: shows the keys and what is derived from them.</summary>
internal static class KeyShowVerbs
{
    public static Command BuildList()
    {
        var directory = KeyVerb.DirectoryOption();
        var json = JsonLine.Option();
        var command = new Command("list", "Names of the keys that this laptop accepts") { directory, json };
        command.SetAction(parsed =>
        {
            var keys = new KeyDirectory(parsed.GetRequiredValue(directory));
            var names = keys.List();
            if (parsed.GetValue(json))
            {
                parsed.InvocationConfiguration.Output.WriteLine(JsonLine.Of(("directory", keys.Path), ("keys", names)));
                return;
            }

            foreach (var name in names)
            {
                parsed.InvocationConfiguration.Output.WriteLine(name);
            }

            // On standard error, because programs read the names from standard output.
            if (names.Count == 0)
            {
                parsed.InvocationConfiguration.Error.WriteLine($"stiefel: there is no key in {keys.Path}, so calls are not answered; `stiefel key new NAME` makes one");
            }
        });
        return command.WithExamples("stiefel key list", "stiefel key list --json | jq -r '.keys[]'");
    }

    public static Command BuildShow()
    {
        var name = KeyVerb.OptionalName();
        var pairing = new Option<bool>("--pairing") { Description = "Show the key itself, as a code to be typed on a desktop. A secret: anybody who reads it has the key" };
        var directory = KeyVerb.DirectoryOption();
        var json = JsonLine.Option();
        var command = new Command("show", "Show what is known about a key; no secrets without --pairing") { name, pairing, directory, json };
        command.SetAction(parsed =>
        {
            using var stored = new KeyDirectory(parsed.GetRequiredValue(directory)).Load(parsed.GetValue(name));
            using var key = stored.Open();
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(pairing))
            {
                var code = PairingCode.Encode(stored.Content);
                output.WriteLine(parsed.GetValue(json) ? JsonLine.Of(("name", stored.Name), ("pairing", code)) : code);
                return;
            }

            using var certificate = DerivedCertificate.For(key);
            var fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
            if (parsed.GetValue(json))
            {
                output.WriteLine(JsonLine.Of(("name", stored.Name), ("bytes", stored.Content.Length), ("tlsName", DerivedCertificate.NameOf(key)), ("certificateSha256", fingerprint)));
                return;
            }

            output.WriteLine($"name         {stored.Name}");
            output.WriteLine($"bytes        {stored.Content.Length}");
            output.WriteLine($"TLS name     {DerivedCertificate.NameOf(key)}");
            output.WriteLine($"certificate  SHA-256 {fingerprint}");
        });
        return command.WithExamples("stiefel key show blue-stick", "stiefel key show attic --pairing");
    }

    public static Command BuildToken()
    {
        var name = KeyVerb.OptionalName();
        var directory = KeyVerb.DirectoryOption();
        var json = JsonLine.Option();
        var command = new Command("token", "Print the bearer token of the control plane. A secret: its holder can see what the server does, end sessions and revoke keys") { name, directory, json };
        command.SetAction(parsed =>
        {
            using var stored = new KeyDirectory(parsed.GetRequiredValue(directory)).Load(parsed.GetValue(name));
            using var key = stored.Open();
            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(json) ? JsonLine.Of(("name", stored.Name), ("token", AdminToken.For(key))) : AdminToken.For(key));
        });
        return command.WithExamples(
            "stiefel key token blue-stick",
            "curl --cacert laptop.pem -H @<(echo \"Authorization: Bearer $(stiefel key token)\") https://localhost:4645/api/v1/status");
    }

    public static Command BuildCertificate()
    {
        var name = KeyVerb.OptionalName();
        var directory = KeyVerb.DirectoryOption();
        var json = JsonLine.Option();
        var command = new Command("cert", "Print the certificate of a server with this key, for other programs to pin") { name, directory, json };
        command.SetAction(parsed =>
        {
            using var stored = new KeyDirectory(parsed.GetRequiredValue(directory)).Load(parsed.GetValue(name));
            using var key = stored.Open();
            using var certificate = DerivedCertificate.For(key);
            var pem = certificate.ExportCertificatePem();
            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(json) ? JsonLine.Of(("name", stored.Name), ("certificate", pem)) : pem);
        });
        return command.WithExamples(
            "stiefel key cert blue-stick >laptop.pem",
            "curl --cacert laptop.pem --connect-to stiefel:4645:192.168.1.5:4645 https://stiefel:4645/healthz");
    }
}
