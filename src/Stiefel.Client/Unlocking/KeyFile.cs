using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Stiefel.Client.Screen;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Protocol.Keys;

namespace Stiefel.Client.Unlocking;

/// <summary>Loads the stick's key: from a file, which may be sealed under a passphrase, or from a typed pairing code if there is no file.</summary>
internal static class KeyFile
{
    public const string DefaultDirectory = "/etc/stiefel/keys";

    /// <summary>The name of a key that was typed.</summary>
    public const string TypedName = "typed";

    /// <summary>The number of wrong passphrases or codes after which it gives up.</summary>
    public const int Tries = 3;

    /// <summary>The pause after too many wrong codes, because a screen that asks endlessly looks broken.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private const int MaxTypedCode = 200;

    /// <summary>Loads the named file, or the only `*.key` of the directory; if there is none, asks for a pairing code.</summary>
    /// <param name="path">The file, or null.</param>
    /// <param name="directory">The directory to search if no file is named.</param>
    /// <param name="person">The person to ask; null if there is no one.</param>
    /// <exception cref="UsageException">There is no key, or several; the file holds no key; or its passphrase was not given.</exception>
    /// <exception cref="RefusedException">Others can read or write the file.</exception>
    public static SharedKey Load(string? path, string directory = DefaultDirectory, IPerson? person = null)
    {
        var files = path is not null ? [path] : Directory.Exists(directory) ? Directory.GetFiles(directory, "*" + StoredKey.Extension) : [];
        return files.Length switch
        {
            1 => Read(files[0], person),
            0 when person is not null => AskForCode(person),
            0 => throw new UsageException($"no *.key in {directory}: make one with `stiefel key new`, or name one with --key"),
            _ => throw new UsageException($"{files.Length} keys in {directory} ({string.Join(", ", files.Select(Path.GetFileName).Order(StringComparer.Ordinal))}): name one with --key"),
        };
    }

    /// <summary>Loads the key, and asks a person who has not typed a valid code again after a pause, for as long as it takes.</summary>
    public static async Task<SharedKey> LoadPatientlyAsync(string? path, IPerson? person, TimeSpan pause, CancellationToken token, string directory = DefaultDirectory)
    {
        while (true)
        {
            try
            {
                return Load(path, directory, person);
            }
            catch (NoCodeException e)
            {
                person!.Tell($"{e.Message}; asking again in {pause.TotalSeconds:0} s");
                await Task.Delay(pause, token);
            }
        }
    }

    private static SharedKey Read(string path, IPerson? person)
    {
        try
        {
            using var stored = StoredKey.Read(path);
            return stored.Locked is { } locked ? Unlock(locked, stored.Name, person) : stored.Open();
        }
        catch (KeyFileException error)
        {
            throw error.Problem == KeyFileProblem.Unsafe ? new RefusedException(error.Message) : new UsageException(error.Message);
        }
    }

    private static SharedKey Unlock(SealedKey locked, string name, IPerson? person)
    {
        if (person is null)
        {
            throw new UsageException($"the key {name} is sealed under a passphrase, and there is no terminal to ask for it: run this on a terminal");
        }

        for (var left = Tries; left > 0; left--)
        {
            var passphrase = person.AskSecret($"Passphrase of the key {name}: ", SealedKey.MaxPassphraseBytes);
            var isRight = locked.TryOpen(passphrase, name, out var key);
            CryptographicOperations.ZeroMemory(passphrase);
            if (isRight)
            {
                return key!;
            }

            person.Tell(left > 1 ? "  that is not it" : "  that was not it either");
        }

        throw new UsageException($"{Tries} passphrases were wrong for the key {name}");
    }

    private static SharedKey AskForCode(IPerson person)
    {
        person.Tell("This machine has no key. `stiefel key new NAME --pairing` on the laptop makes one that can be typed.");
        Span<char> letters = stackalloc char[MaxTypedCode]; // on the stack, where the garbage collector leaves no copies
        for (var left = Tries; left > 0; left--)
        {
            var typed = person.AskSecret("Pairing code: ", MaxTypedCode);
            for (var i = 0; i < typed.Length; i++)
            {
                letters[i] = (char)typed[i];
            }

            var isCode = PairingCode.TryDecode(letters[..typed.Length], out var secret, out var problem);
            CryptographicOperations.ZeroMemory(typed);
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(letters));
            if (isCode)
            {
                var key = SharedKey.FromBytes(secret, TypedName);
                CryptographicOperations.ZeroMemory(secret);
                return key;
            }

            person.Tell($"  {problem}");
        }

        throw new NoCodeException($"{Tries} attempts without a valid pairing code");
    }
}

/// <summary>The person has typed no valid pairing code, several times.</summary>
internal sealed class NoCodeException(string message) : VerbException(CommandLine.ExitCode.WrongUsage, message);
