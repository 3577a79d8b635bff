using System.Text.RegularExpressions;

namespace Stiefel.EndToEnd.Native;

/// <summary>Tests the published server's control plane with the README's curl lines and with `stiefel return`.</summary>
public sealed partial class ControlRoutesTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly string _host = $"127.0.0.1:{Scratch.FreePort()}";

    public ControlRoutesTests() => _scratch.KeyDirectory("keys", "stick");

    private static string Stiefel => NativeProcess.Binary("stiefel");

    public void Dispose() => _scratch.Dispose();

    /// <summary>Runs the lines one by one in the README's order; the last one makes the laptop return to its own system.</summary>
    [Fact]
    public void Readme_CurlLines_EachDoWhatTheySay()
    {
        using var server = Start("--Return:Manage", "true");
        var lines = Block().Match(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"))).Groups[1].Value
            .Replace("192.168.1.5:4645", _host, StringComparison.Ordinal).Replace("stiefel key cert", "stiefel key cert --directory keys", StringComparison.Ordinal)
            .Replace("stiefel key token", "stiefel key token --directory keys", StringComparison.Ordinal).Split('\n');
        Bash(0, string.Join('\n', lines.TakeWhile(line => !line.StartsWith("curl", StringComparison.Ordinal))));
        var asked = lines.Where(line => line.StartsWith("curl", StringComparison.Ordinal)).ToList();
        Assert.True(asked.Count > 10);
        foreach (var line in asked)
        {
            // The event stream never ends, so curl is given a time limit and exits with 28.
            var isStream = line.Contains(" -N ", StringComparison.Ordinal);
            var output = Bash(isStream ? 28 : 0, line.Replace("curl ", $"curl -sS -w '\\nstatus %{{http_code}}\\n' {(isStream ? "-m 3" : "")} ", StringComparison.Ordinal));
            Assert.Matches(line.Contains(" POST ", StringComparison.Ordinal) ? "status 202" : "status 200", output);
            Assert.True(!isStream || output.Contains("event: server", StringComparison.Ordinal), output);
        }

        Assert.Equal(11, server.WaitForExit(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void OpenApi_OfTheNativeServer_IsTheReviewedOne()
    {
        using var server = Start();
        var token = NativeProcess.Run(0, Stiefel, "key", "token", "--directory", _scratch["keys"]).Trim();
        NativeProcess.Run(0, "curl", "-sSf", "-o", _scratch["openapi.json"], "-H", $"Authorization: Bearer {token}", $"http://{_host}/swagger/v1/swagger.json");
        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "openapi.json")).TrimEnd(), File.ReadAllText(_scratch["openapi.json"]).TrimEnd());
    }

    [Fact]
    public void Return_PowerOff_EndsTheServerWithTheCodeThatAsksForIt()
    {
        using var server = Start("--Return:Manage", "true");
        Assert.Contains("leaves the ramdisk (power-off)", NativeProcess.Run(0, Stiefel, "return", "--power-off", "--directory", _scratch["keys"], _host), StringComparison.Ordinal);
        Assert.Equal(10, server.WaitForExit(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Return_OfAServerBesideAnotherSystem_IsRefused()
    {
        using var server = Start();
        Assert.Contains("must not restart", NativeProcess.Run(1, Stiefel, "return", "--force", "--directory", _scratch["keys"], _host), StringComparison.Ordinal);
        NativeProcess.Run(2, Stiefel, "return", "--reboot", "--power-off", "--directory", _scratch["keys"], _host);
        Assert.False(server.HasExited);
    }

    private string Bash(int expected, string script) => NativeProcess.Run(
        expected, "/bin/bash", "-c", $"cd {_scratch.Root} && export PATH={NativeProcess.BinaryDirectory}:$PATH && {script}");

    private NativeProcess Start(params string[] more)
    {
        var server = NativeProcess.Start(NativeProcess.Binary("stiefel-server"),
        [
            "--Boot:Kernel", _scratch.RandomFile("kernel", 1000), "--Boot:Initrd", _scratch.RandomFile("initrd", 1000),
            "--Disk:Path", _scratch.RandomFile("disk.img", 1 << 20), "--Keys:Directory", _scratch["keys"], "--Http:Listen", $"127.0.0.1:{Scratch.FreePort()}",
            "--Nbd:Listen", $"127.0.0.1:{Scratch.FreePort()}", "--Admin:Listen", _host, "--Discovery:Enabled", "false", "--Link:Protection", "none", "--State:Directory", _scratch["state"], .. more,
        ]);
        server.WaitForLine("stiefel: phase serving", TimeSpan.FromSeconds(30));
        return server;
    }

    [GeneratedRegex(@"The same with curl.*?```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
