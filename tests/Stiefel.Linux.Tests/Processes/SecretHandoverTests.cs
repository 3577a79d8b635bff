using System.Security.Cryptography;
using Stiefel.Linux.Processes;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Linux.Tests.Processes;

/// <summary>The ways in which a secret reaches another program.</summary>
public sealed class SecretHandoverTests
{
    [Fact]
    public async Task NamedPipe_Reader_GetsTheBytesAndNothingElseDoes()
    {
        using var directory = new TemporaryDirectory();
        var pipe = directory.File("pipe");
        Assert.False(NamedPipe.TryWrite(pipe, "secret"u8));
        ExternalProgram.Run("mkfifo", [pipe]);
        Assert.False(NamedPipe.TryWrite(pipe, "secret"u8)); // the pipe has no reader

        var reader = ExternalProgram.RunAsync("cat", [pipe], token: TestContext.Current.CancellationToken);
        for (var round = 0; round < 500 && !NamedPipe.TryWrite(pipe, "secret"u8); round++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal("secret", (await reader).Text.TrimEnd('\n'));
        await File.WriteAllTextAsync(directory.File("file"), "", TestContext.Current.CancellationToken);
        Assert.False(NamedPipe.TryWrite(directory.File("file"), "secret"u8));
        Assert.Empty(await File.ReadAllTextAsync(directory.File("file"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void UserKey_Added_IsInTheKeyringWithItsEnd()
    {
        var name = $"stiefel-test-{Guid.NewGuid():N}";
        UserKey.Add(name, "secret"u8, TimeSpan.FromSeconds(5));
        var line = Assert.Single(File.ReadAllLines("/proc/keys"), key => key.Contains(name, StringComparison.Ordinal));
        Assert.EndsWith($"{name}: 6", line, StringComparison.Ordinal); // the length in bytes
        Assert.DoesNotContain(" perm ", line, StringComparison.Ordinal); // `perm` would mean that the key never expires
    }

    [Fact]
    public async Task UserKey_Added_IsTakenBySystemdInsteadOfAsking()
    {
        // Ask as systemd-cryptsetup does, which accepts a passphrase that was typed before (man 1 systemd-ask-password).
        var name = $"stiefel-test-{Guid.NewGuid():N}";
        string[] ask = ["--accept-cached", "--no-tty", "--timeout=1", $"--keyname={name}", "Passphrase:"];
        UserKey.Add(name, "correct b4ttery"u8, TimeSpan.FromSeconds(20));
        Assert.Equal("correct b4ttery\n", (await ExternalProgram.RunAsync("systemd-ask-password", ask, token: TestContext.Current.CancellationToken)).Text);
    }

    [Fact]
    public async Task SecretStream_FedToAProgram_ArrivesWhole()
    {
        var secret = RandomNumberGenerator.GetBytes(200_000);
        using var input = new SecretStream(secret);
        var output = new MemoryStream();
        await ExternalProgram.RunAsync("cat", [], new ExternalProgramOptions { Input = input, OutputDestination = output }, TestContext.Current.CancellationToken);
        Assert.Equal(secret, output.ToArray());
    }
}
