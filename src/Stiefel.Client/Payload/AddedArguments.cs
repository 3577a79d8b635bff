using System.Text;
using Stiefel.Linux.Kernel;

namespace Stiefel.Client.Payload;

/// <summary>`stiefel_innercmdline`, an argument of our own kernel: more arguments for the payload's, in base64 so that they stay one word.</summary>
internal static class AddedArguments
{
    public const string Name = "stiefel_innercmdline";

    /// <summary>The arguments; empty if there are none or they are unreadable, which is no reason not to boot.</summary>
    /// <param name="own">This kernel's command line.</param>
    /// <param name="warn">Called with one line if they are unreadable.</param>
    public static string Read(KernelCommandLine own, Action<string> warn)
    {
        if (own[Name] is not { Length: > 0 } encoded)
        {
            return "";
        }

        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(Convert.FromBase64String(encoded));
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            warn($"the kernel argument {Name}={encoded} is not base64 of text (printf %s 'quiet' | base64) and is ignored");
            return "";
        }
    }
}
