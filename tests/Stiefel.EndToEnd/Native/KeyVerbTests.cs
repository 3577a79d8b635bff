namespace Stiefel.EndToEnd.Native;

/// <summary>Tests `stiefel key` without a terminal: no prompt may hang.</summary>
public sealed class KeyVerbTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Key_WithoutATerminal_RefusesWithAHintInsteadOfAsking()
    {
        string[] directory = ["--directory", _scratch["keys"]];
        var stiefel = NativeProcess.Binary("stiefel");
        NativeProcess.Run(0, stiefel, ["key", "new", "blue", .. directory]);

        Assert.Contains("--yes", NativeProcess.Run(3, stiefel, ["key", "revoke", "blue", .. directory]), StringComparison.Ordinal);
        Assert.Contains("--passphrase-file", NativeProcess.Run(2, stiefel, ["key", "seal", "--out", _scratch["s.key"], .. directory]), StringComparison.Ordinal);
        Assert.Equal("blue", NativeProcess.Run(0, stiefel, ["key", "list", .. directory]));
    }
}
