using System.CommandLine;
using Stiefel.Client.Failures;
using Stiefel.Client.Verbs;
using Stiefel.CommandLine;

namespace Stiefel.Client.Tests.Laptop;

/// <summary>One run of the program inside the test: its exit code and everything that it wrote.</summary>
internal sealed record ClientRun(int ExitCode, string Output, string Errors)
{
    // A search has no end of its own.
    private static readonly TimeSpan s_limit = TimeLimit.Seconds(120);

    public static async Task<ClientRun> StartAsync(params string[] arguments)
    {
        var root = new RootCommand("test") { BootVerb.Build(), DiscoverVerb.Build(), FetchVerb.Build(), AttachVerb.Build(), DetachVerb.Build() };
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await new VerbRunner("stiefel-client", Failure.AsVerbException).RunAsync(root, arguments, output, errors).WaitAsync(s_limit);
        return new ClientRun(code, output.ToString(), errors.ToString());
    }

    /// <summary>A private key file, as the client requires.</summary>
    public static string WriteKey(string path, byte[] secret)
    {
        File.WriteAllBytes(path, secret);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
