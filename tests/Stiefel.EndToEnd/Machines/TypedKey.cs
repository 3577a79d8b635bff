using System.Security.Cryptography;
using Stiefel.Keys;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A key that is added to a serving laptop, typed as a pairing code on a desktop that started without a key, and revoked again.</summary>
internal sealed class TypedKey
{
    private const string Name = "guest";

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(SharedKey.OldSize);

    /// <summary>Adds the key to the serving laptop, which accepts it from then on.</summary>
    public async Task AddAsync(Laptop laptop, CancellationToken token)
    {
        var shell = await laptop.OpenShellAsync(token);
        var directory = "/etc/stiefel/keys";
        await shell.RunAsync(
            $"umask 077 && echo {Convert.ToBase64String(_secret)} | base64 -d >{directory}/new && mv {directory}/new {directory}/{Name}.key", token);
        await laptop.Console.WaitForAsync($"key {Name} is accepted", TimeLimits.Command, token);
    }

    /// <summary>Types its code, first with a wrong character, which the desktop finds without asking the laptop.</summary>
    public async Task TypeAsync(Desktop desktop, CancellationToken token)
    {
        var code = PairingCode.Encode(_secret);
        await desktop.Console.WaitForAsync("Pairing code: ", TimeLimits.FirmwareStart, token);
        await desktop.Console.SendLineAsync((code[0] == '7' ? '8' : '7') + code[1..], token);
        await desktop.Console.WaitForAsync("there is a typing error in group 1", TimeLimits.Command, token);
        await desktop.Console.WaitForAsync("Pairing code: ", TimeLimits.Command, token);
        await desktop.Console.SendLineAsync(code, token);
    }

    /// <summary>Revokes the key through the laptop's control plane; once that has answered, the key is no longer in use.</summary>
    public async Task RevokeAsync(Laptop laptop, CancellationToken token)
    {
        using var key = SharedKey.FromBytes(_secret, Name);
        var shell = await laptop.OpenShellAsync(token);
        // Keep nc's input open, because this nc closes the connection as soon as its input ends.
        var answer = await shell.RunAsync(
            $@"{{ printf 'DELETE /api/v1/keys/{Name} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {AdminToken.For(key)}\r\nConnection: close\r\n\r\n'; sleep 5; }} | nc 127.0.0.1 4645",
            token);
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("\"keysLeft\":1", answer.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    /// <summary>The forms in which the key might appear in a log or file.</summary>
    public IReadOnlyList<string> Spellings => [PairingCode.Encode(_secret), Convert.ToHexStringLower(_secret), Convert.ToBase64String(_secret)];
}
